import type { Instant } from '@argus/contract';
import { type Assurance, type Change, hasSecondFactor, type Proofs, subjectOf } from '@argus/core';
import { type SignInRecord, userFacts } from '@argus/store';
import { mayChange } from '../account/may-change.ts';
import { judgePassword } from '../authenticators/password/judge.ts';
import { ownerOf, type PasswordOwner } from '../authenticators/password/owner.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import { tellLocked } from '../lockout/tell-locked.ts';
import { tryPassword } from '../lockout/try-password.ts';
import { noticeChanges } from '../recovery/notice.ts';
import { type Services, stamp } from '../services.ts';
import type { Try } from '../throttle/throttle.ts';
import { bearSession, welcome } from './begin-session.ts';
import type { Current } from './current-session.ts';
import { missingProofOf } from './missing-proof.ts';
import { settingPassword } from './set-password.ts';
import type { SignedIn } from './signed-in.ts';
import { slowDown } from './slow-down.ts';

export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

/** Change the password: every session ends, and this browser gets a new one with fresh identifiers. */
export async function changePassword(
  services: Services,
  current: Current,
  change: PasswordChange,
): Promise<SignedIn | Refused> {
  const { tenant, user, session } = current;
  const { origin, newPassword } = change;
  // Whoever has a second factor shows it: a password that was seen over a shoulder must not be enough to change it.
  const enrolled = await secondFactorShown(services, current);
  if (enrolled) return enrolled;
  const counted: Try = { limit: 'passwordChange', whose: session.id };
  const throttled = services.throttle.take([counted], services.clock.now());
  if (throttled)
    return slowDown(services, { tenant, origin, throttled, userId: user.id, sessionId: session.id });
  const record = await provenByPassword(services, current, change);
  if (isRefused(record)) return record;
  const owner = { ...ownerOf(tenant, record, origin), subject: subjectOf(record.user, session) };
  const refused = await judgePassword(services, newPassword, owner);
  // To look for a former password takes many hashes, so that it counts.
  if (refused !== 'password_reused') services.throttle.giveBack(counted);
  return refused ? { refused } : replacePassword(services, current, { change, record, owner });
}

interface WithPassword extends SignInRecord {
  readonly phc: string;
}

/** The person as they are, once they have shown the password that they have. */
async function provenByPassword(
  services: Services,
  current: Current,
  { currentPassword, cookies, origin }: PasswordChange,
): Promise<WithPassword | Refused> {
  const { tenant, user } = current;
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId: user.id, secretHash });
  const guessed = { tenant, user, email: user.email, isKnownDevice: true, origin };
  const tried = await tryPassword(services, guessed);
  if (isRefused(tried)) return tried;
  const phc = record?.phc ?? null;
  const isRight = await services.passwords.verify(phc, currentPassword, 'known');
  if (record && phc !== null && isRight) return { ...record, phc };
  const events = stamp(services, services.clock.now(), [
    { type: 'user.password-change-refused', ...actorOf(current, origin), reason: 'wrong-password' },
  ]);
  await services.store.commit({ tenant, changes: [], events });
  await tellLocked(services, guessed, tried);
  return { refused: 'invalid_credentials' };
}

interface Judged {
  readonly change: PasswordChange;
  readonly record: WithPassword;
  readonly owner: PasswordOwner;
}

async function replacePassword(
  services: Services,
  current: Current,
  { change: { newPassword, cookies, origin }, record, owner }: Judged,
): Promise<SignedIn | Refused> {
  const { tenant, session } = current;
  const phc = await services.passwords.hash(newPassword, 'known');
  const at = services.clock.now();
  const { user, device } = record;
  const proofs = provedBy(current, at);
  const staySignedIn = session.isRemembered;
  const birth = await bearSession(services, { tenant, user, device, cookies, origin, proofs, staySignedIn });
  // Policy may ask for more since this session was let in here.
  const missing = await missingProofOf(services, birth.current);
  if (missing) return missing;
  const about = actorOf(current, origin);
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId: user.id },
      { kind: 'hold-session', userId: user.id, sessionId: session.id },
      { kind: 'end-sessions-of-user', userId: user.id, reason: 'password-changed', at, by: about },
      ...(await settingPassword(services, owner, { userId: user.id, phc, expected: record.phc, at })),
      ...endedWithPassword(services, { tenant, user, origin, at }),
      ...birth.changes,
    ],
    events: stamp(services, at, [{ type: 'user.password-changed', ...about }, ...birth.events]),
  });
  if (written.isCommitted) return welcome(services, birth);
  if (written.lost === 'create-session') services.policies.forget(tenant);
  return { refused: 'conflict' };
}

/** What the former password had vouched for, and the word to its owner. */
function endedWithPassword(services: Services, happened: Parameters<typeof noticeChanges>[1]): Change[] {
  const { user, at } = happened;
  return [
    { kind: 'forget-devices', userId: user.id },
    { kind: 'end-links', userId: user.id, kinds: ['reset-password', 'change-email'], at },
    ...noticeChanges(services, happened, {
      draft: ({ name, by, link }) => ({ kind: 'password-changed', name, by, link }),
    }),
  ];
}

function actorOf({ user, session }: Current, origin: CallOrigin) {
  return { actor: 'user', userId: user.id, sessionId: session.id, origin };
}

/** A password makes fresh what a password opened; a session that more had opened keeps its level and its time. */
function provedBy({ session }: Current, at: Instant): Proofs | Assurance {
  if (session.acr === 'urn:argus:aal1') return [{ method: 'pwd', provedAt: at }];
  const { amr, acr, authenticatedAt } = session;
  return { amr, acr, authenticatedAt };
}

async function secondFactorShown(services: Services, current: Current): Promise<Refused | null> {
  const { tenant, user } = current;
  const record = await userFacts(services.store.pool, tenant, { userId: user.id, secretHash: null });
  if (!record || !hasSecondFactor(record.enrolled)) return null;
  const allowed = await mayChange(services, current, 'change-authenticators');
  return isRefused(allowed) ? allowed : null;
}
