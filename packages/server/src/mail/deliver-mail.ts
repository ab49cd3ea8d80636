import type { Instant } from '@argus/contract';
import type { EventDraft, MailDraft } from '@argus/core';
import type { TakenMail } from '@argus/store';
import { nextTry } from '../jobs/next-try.ts';
import { type Services, stamp } from '../services.ts';
import { writeMail } from './letters/index.ts';
import { unsealMail } from './sealed-mail.ts';
import type { Sent } from './transport.ts';

/** RFC 5321 §4.5.4.1 asks for days; most links are over long before, and who waits for one asks again. */
const patience = { firstPauseMs: 30_000, longestPauseMs: 3_600_000, patienceMs: 2 * 86_400_000 };

/** Try to send one mail and settle what becomes of it. Answers why it did not leave; null when it did. */
export async function deliverMail(services: Services, mail: TakenMail): Promise<string | null> {
  const sent = await send(services, mail);
  const now = services.clock.now();
  const dueAt =
    typeof sent === 'object' && 'retry' in sent
      ? nextTry(patience, mail, { now, random: services.random })
      : null;
  const outcome = sent === 'sent' ? 'sent' : dueAt === null ? 'given-up' : 'put-off';
  const reason = sent === 'sent' ? null : 'retry' in sent ? sent.retry : sent.refused;
  const events = outcome === 'put-off' ? [] : [eventOf(mail, reason)];
  const written = await services.store.commit({
    tenant: mail.tenant,
    changes: [{ kind: 'settle-mail', id: mail.id, attempts: mail.attempts, dueAt }],
    events: stamp(services, now, events),
  });
  // Lost when the lease ran out meanwhile and another process took it: that one settles it.
  if (written.isCommitted) services.metrics.mails.inc({ kind: mail.kind, outcome });
  return reason;
}

async function send(services: Services, mail: TakenMail): Promise<Sent> {
  const { config, clock } = services;
  const content = unsealMail(services, mail);
  if (content === null) return { refused: 'not-readable' };
  const { to, draft } = content;
  const now = clock.now();
  if (isOver(draft, now)) return { refused: 'link-expired' };
  return services.mail.send({
    ...writeMail(draft, { issuer: config.issuer, now }),
    id: `${mail.id}@${new URL(config.issuer).hostname}`,
    at: mail.createdAt,
    kind: draft.kind,
    from: config.mail.from,
    to,
    link: 'link' in draft ? draft.link : null,
  });
}

/** A link that ended before it left helps nobody. */
function isOver(draft: MailDraft, now: Instant): boolean {
  return 'expiresAt' in draft && draft.expiresAt <= now;
}

/** Neither the address nor anything of the content: the log outlives both. */
function eventOf({ kind, userId, attempts }: TakenMail, reason: string | null): EventDraft {
  return {
    type: reason === null ? 'mail.sent' : 'mail.failed',
    actor: 'system',
    ...(userId === null ? {} : { userId }),
    ...(reason === null ? {} : { reason }),
    details: { kind, attempts },
  };
}
