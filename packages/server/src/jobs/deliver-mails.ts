import { takeMails } from '@argus/store';
import { deliverMail } from '../mail/deliver-mail.ts';
import type { Services } from '../services.ts';
import { actingFor } from '../tenant/address.ts';

/** Mails on their way at once: all of them are over within ten seconds, long before their lease is. */
const width = 20;

/** Send what is due, as many as may be under way at once. Answers how many were tried. */
export async function deliverMails(services: Services): Promise<number> {
  const now = services.clock.now();
  const taken = await takeMails(services.store.pool, { now, limit: width });
  const tries = await Promise.allSettled(
    taken.map(async (mail) => deliverMail(await actingFor(services, mail.tenant), mail)),
  );
  const reasons = new Set(tries.map((one) => (one.status === 'fulfilled' ? one.value : null)));
  reasons.delete(null);
  // Told once for all, and without the address: whoever runs this must hear that people get no mail.
  if (reasons.size > 0) services.log.warn({ reasons: [...reasons] }, 'mail did not leave');
  // What could not be settled comes again when its lease is over.
  for (const one of tries) if (one.status === 'rejected') throw one.reason;
  return taken.length;
}
