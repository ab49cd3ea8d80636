import type { Change, EventDraft, Proofs, User } from '@argus/core';
import { userFacts } from '@argus/store';
import { judgePassword } from '../authenticators/password/judge.ts';
import { ownerOf, type PasswordOwner } from '../authenticators/password/owner.ts';
import { settingPassword } from '../flows/set-password.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { Cookies } from '../http/cookies.ts';
import { type Services, stamp } from '../services.ts';
import { advance } from '../sign-in/advance.ts';
import type { SignInOutcome } from '../sign-in/outcome.ts';
import { settle } from '../sign-in/settle.ts';
import { noticeChanges } from './notice.ts';
import { type OpenedLink, type ShownLink, takeMailLink } from './open-link.ts';
import { shedAccount } from './shed-account.ts';

export interface PasswordReset extends ShownLink {
  readonly password: string;
  readonly cookies: Cookies;
}

/**
 * Set a new password by a link from a mail. It stands in for the password and for nothing else: whoever has a second
 * factor shows it as at any sign-in (ASVS 6.4.3).
 */
export async function completeRecovery(services: Services, reset: PasswordReset): Promise<SignInOutcome> {
  const { tenant, password, cookies, origin } = reset;
  const opened = await takeMailLink(services, reset, ['reset-password']);
  if (isRefused(opened)) return opened;
  const { id: userId, emailVerifiedAt } = opened.user;
  const facts = await userFacts(services.store.pool, tenant, { userId, secretHash: null });
  if (!facts) return { refused: 'link_invalid' };
  const owner = ownerOf(tenant, facts, origin);
  // What was set up before any mail arrived goes (see below), so it stands beside no password.
  const judged = emailVerifiedAt === null ? { ...owner, hasSecondFactor: false } : owner;
  const refused = await judgePassword(services, password, judged);
  if (refused) return { refused };
  const phc = await services.passwords.hash(password, 'known');
  const failed = await write(services, reset, { opened, owner, phc, expected: facts.phc });
  if (failed) return failed;
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId, secretHash });
  if (!record) return { refused: 'link_invalid' };
  const proofs: Proofs = [{ method: 'pwd', provedAt: services.clock.now() }];
  const proven = { record, proofs, before: null, changes: [], events: [], details: {} };
  return settle(await advance(services, { tenant, cookies, origin, ...proven }));
}

interface NewPassword {
  readonly opened: OpenedLink;
  readonly owner: PasswordOwner;
  readonly phc: string;
  readonly expected: string | null;
}

async function write(
  services: Services,
  { tenant, origin }: PasswordReset,
  { opened: { link, user }, owner, phc, expected }: NewPassword,
): Promise<Refused | null> {
  const at = services.clock.now();
  const userId = user.id;
  const by = { actor: 'anyone', origin };
  const events: EventDraft[] = [
    { type: 'user.password-reset', ...by, userId },
    ...(user.emailVerifiedAt === null ? [{ type: 'user.email-verified' as const, ...by, userId }] : []),
  ];
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId },
      { kind: 'use-link', tokenHash: link.tokenHash, at },
      { kind: 'end-sessions-of-user', userId, reason: 'account-recovered', at, by },
      ...(await settingPassword(services, owner, { userId, phc, expected, at })),
      ...forMailboxOwner(user, { ...by, at }),
      { kind: 'forget-devices', userId },
      // A change of the address that a thief asked for and keeps must not outlive the new password.
      { kind: 'end-links', userId, kinds: ['reset-password', 'change-email'], at },
      ...noticeChanges(
        services,
        { tenant, user, origin, at },
        {
          draft: ({ name, by: done, link: undo }) => ({
            kind: 'password-changed',
            name,
            by: done,
            link: undo,
          }),
        },
      ),
    ],
    events: stamp(services, at, events),
  });
  if (written.isCommitted) return null;
  const isLate = written.lost === 'set-password' || written.lost === 'shed-account';
  return { refused: isLate ? 'conflict' : 'link_invalid' };
}

/** Mail arrived. If that was never seen before, nothing that was set up before stays. */
function forMailboxOwner(user: User, by: Parameters<typeof shedAccount>[1]): Change[] {
  const { id: userId, email } = user;
  return user.emailVerifiedAt === null
    ? shedAccount(user, by)
    : [{ kind: 'verify-email', userId, email, at: by.at }];
}
