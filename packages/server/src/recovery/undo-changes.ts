import type { Change } from '@argus/core';
import { recoveryOfUser } from '@argus/store';
import { isRefused, type Refused } from '../http/answer.ts';
import { mailChange } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import { type Services, stamp } from '../services.ts';
import { resetLink } from './begin-recovery.ts';
import { type OpenedLink, type ShownLink, takeMailLink } from './open-link.ts';

/**
 * Take back what happened to an account since a notice: the address returns, what was set up goes, a password that was
 * set opens nothing, every session ends, and the owner sets a new password by mail. Links that were made since are
 * dead with it, so that a thief who holds newer ones gains nothing; older ones live, for the thief may come first.
 */
export async function undoChanges(
  services: Services,
  shown: ShownLink,
): Promise<{ readonly state: 'undone' } | Refused> {
  const opened = await takeMailLink(services, shown, ['undo-changes']);
  if (isRefused(opened)) return opened;
  const { tenant, origin } = shown;
  const { user } = opened;
  const at = services.clock.now();
  const recovery = await recoveryOfUser(services.store.pool, tenant, user.id);
  const written = await services.store.commit({
    tenant,
    changes: [
      ...takenBack(shown, opened, at),
      ...(recovery ? [{ kind: 'cancel-recovery' as const, userId: user.id }] : []),
      ...told(services, shown, opened),
    ],
    events: stamp(services, at, [{ type: 'user.changes-undone', actor: 'anyone', userId: user.id, origin }]),
  });
  if (written.isCommitted) return { state: 'undone' };
  return {
    refused: written.lost === 'use-link' || written.lost === 'hold-user' ? 'link_invalid' : 'conflict',
  };
}

function takenBack({ origin }: ShownLink, { link, user }: OpenedLink, at: number): Change[] {
  const userId = user.id;
  const { since = link.createdAt, previousEmail } = link.details;
  const returns = previousEmail !== undefined && previousEmail !== user.email;
  return [
    { kind: 'hold-user', userId },
    { kind: 'use-link', tokenHash: link.tokenHash, at },
    ...(returns ? [{ kind: 'change-email' as const, userId, from: user.email, to: previousEmail, at }] : []),
    { kind: 'end-sessions-of-user', userId, reason: 'changes-undone', at, by: { actor: 'anyone', origin } },
    { kind: 'remove-authenticators-since', userId, since },
    { kind: 'close-password', userId, since },
    { kind: 'forget-devices', userId },
    {
      kind: 'end-links',
      userId,
      kinds: ['undo-changes', 'reset-password', 'change-email', 'verify-email'],
      since,
      at,
    },
  ];
}

/** To the address that the account has from now on. */
function told(services: Services, { tenant, origin }: ShownLink, { link, user }: OpenedLink): Change[] {
  const { previousEmail } = link.details;
  const owner = { ...user, email: previousEmail ?? user.email };
  const by = occurrenceOf(origin, services.clock.now());
  const [ended, made, reset] = resetLink(services, { tenant, user: owner, origin });
  const done = {
    kind: 'undo-done',
    name: user.name,
    by,
    link: `${services.config.issuer}/recover`,
    undone: previousEmail === undefined ? 'authenticator' : 'email',
  } as const;
  const mail = mailChange(services, tenant, { to: owner.email, userId: user.id, draft: done });
  return [ended, made, reset, mail].filter((change) => change !== undefined);
}
