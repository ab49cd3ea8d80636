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
 * set opens nothing, every session ends, and the owner sets a new password by mail. Links to undo that were made since
 * are dead with it, so that a thief who holds newer ones gains nothing; older ones live, for the thief may come first.
 * A change of the address that was asked for is dead whenever it was: it may be the thief's, kept for later.
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

function takenBack({ origin }: ShownLink, opened: OpenedLink, at: number): Change[] {
  const { link, user } = opened;
  const userId = user.id;
  const { since = link.createdAt } = link.details;
  return [
    { kind: 'hold-user', userId },
    { kind: 'use-link', tokenHash: link.tokenHash, at },
    // Whoever set it up and never read mail there need not own the address, and leaves nothing.
    ...(user.emailVerifiedAt === null ? [{ kind: 'shed-account' as const, userId }] : []),
    ...addressBack(opened, at),
    { kind: 'end-sessions-of-user', userId, reason: 'changes-undone', at, by: { actor: 'anyone', origin } },
    { kind: 'remove-authenticators-since', userId, since },
    { kind: 'close-password', userId, since },
    { kind: 'forget-devices', userId },
    { kind: 'end-links', userId, kinds: ['undo-changes', 'verify-email'], since, at },
    { kind: 'end-links', userId, kinds: ['reset-password', 'change-email'], at },
  ];
}

/** The address that the link went to; where it is still the account's, a change of it in between loses the undoing. */
function addressBack({ link, user }: OpenedLink, at: number): Change[] {
  const { id: userId, email: from } = user;
  const { previousEmail: to } = link.details;
  if (to === undefined) return [];
  if (to === from) return [{ kind: 'verify-email', userId, email: to, at }];
  return [{ kind: 'change-email', userId, from, to, at }];
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
    undone: owner.email === user.email ? 'authenticator' : 'email',
  } as const;
  const mail = mailChange(services, tenant, { to: owner.email, userId: user.id, draft: done });
  return [ended, made, reset, mail].filter((change) => change !== undefined);
}
