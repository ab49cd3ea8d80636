import type { TenantId, UserId } from '@argus/contract';
import { type Change, canonicalEmail, type Origin, type User } from '@argus/core';
import { signInFacts } from '@argus/store';
import { newLink } from '../flows/new-link.ts';
import { slowDown } from '../flows/slow-down.ts';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { mailChange } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import { type Services, stamp } from '../services.ts';
import { fromNetwork } from '../throttle/throttle.ts';

export interface RecoveryAsk {
  readonly tenant: TenantId;
  readonly email: string;
  readonly origin: CallOrigin;
}

/**
 * Send a link to a new password. Whether the address has an account shows neither in the answer nor in the work: for
 * one that has none the same is written about nobody.
 */
export async function beginRecovery(
  services: Services,
  { tenant, email: typed, origin }: RecoveryAsk,
): Promise<{ readonly state: 'sent' } | Refused> {
  // What is no address still asks for one that cannot exist.
  const email = canonicalEmail(typed) ?? '\u0001';
  const now = services.clock.now();
  const throttled = services.throttle.take([fromNetwork('network', origin.ip)], now);
  if (throttled) return slowDown(services, { tenant, origin, throttled });
  const caused = { limit: 'causedMail', whose: `recovery ${tenant}/${email}` } as const;
  // Whoever asked three times in an hour has their links; nobody's mailbox is filled by asking on.
  if (services.throttle.take([caused], now)) return { state: 'sent' };
  const record = await signInFacts(services.store.pool, tenant, { email, secretHash: null });
  const user = record?.user.status === 'active' ? record.user : null;
  const events = stamp(services, now, [
    { type: 'user.recovery-asked', actor: 'anyone', userId: user?.id, origin },
  ]);
  await services.store.commit({ tenant, changes: resetLink(services, { tenant, user, origin }), events });
  return { state: 'sent' };
}

/** A mail with a link to a new password; links that were sent before open nothing any more. */
export function resetLink(
  services: Services,
  {
    tenant,
    user,
    origin,
  }: { readonly tenant: TenantId; readonly user: User | null; readonly origin: Origin },
): Change[] {
  const at = services.clock.now();
  const userId = user?.id ?? (services.random.uuid() as UserId); // nobody's
  const made = newLink(services, { kind: 'reset-password', userId, orNobody: true });
  const draft = {
    kind: 'reset-password',
    name: user?.name ?? null,
    by: occurrenceOf(origin, at),
    link: made.url,
    expiresAt: made.expiresAt,
  } as const;
  return [
    { kind: 'end-links', userId, kinds: ['reset-password'], at },
    made.change,
    mailChange(services, tenant, { to: user?.email ?? 'nobody@invalid', userId, draft }),
  ];
}
