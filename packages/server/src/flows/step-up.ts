import type { GrantId } from '@argus/contract';
import {
  type Authentication,
  assuranceOf,
  type Change,
  type EventDraft,
  stepUp as raiseSession,
} from '@argus/core';
import { userFacts } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import { type Services, stamp } from '../services.ts';
import type { Try } from '../throttle/throttle.ts';
import type { Current } from './current-session.ts';
import { issueTokens, tokenCookies } from './issue-tokens.ts';
import type { SignedIn } from './sign-in.ts';
import { slowDown } from './slow-down.ts';

export interface PasswordStepUp {
  readonly password: string;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

/** Make this session fresh by its password. */
export async function stepUpByPassword(
  services: Services,
  current: Current,
  { password, cookies, origin }: PasswordStepUp,
): Promise<SignedIn | Refused> {
  const { tenant, user, session } = current;
  const counted: Try = { limit: 'passwordChange', whose: session.id };
  const throttled = services.throttle.take([counted], services.clock.now());
  if (throttled)
    return slowDown(services, { tenant, origin, throttled, userId: user.id, sessionId: session.id });
  const secretHash = services.secrets.deviceSecretHash(cookies.device);
  const record = await userFacts(services.store.pool, tenant, { userId: user.id, secretHash });
  const isRight = await services.passwords.verify(record?.phc ?? null, password, 'known');
  if (!record?.phc || !isRight) {
    const refused = eventOf(current, origin, { type: 'session.step-up-refused', reason: 'wrong-password' });
    const events = stamp(services, services.clock.now(), [refused]);
    await services.store.commit({ tenant, changes: [], events });
    return { refused: 'invalid_credentials' };
  }
  services.throttle.giveBack(counted);
  const proof: Authentication = { method: 'pwd', provedAt: services.clock.now() };
  return stepUp(services, current, { proof, origin, phc: record.phc });
}

export interface StepUp {
  readonly proof: Authentication;
  readonly origin: CallOrigin;
  /** The password that was proved, to be the same still when it counts. */
  readonly phc?: string;
  /** What is written in the same commit. */
  readonly also?: readonly Change[];
}

/**
 * What was proved now counts for the session. The session keeps its name, all else is new: Argus's own grant is
 * replaced and with it every cookie, so that what was stolen before is worth nothing after (OWASP ASVS 5.0 §7.2.4).
 */
export async function stepUp(
  services: Services,
  current: Current,
  { proof, origin, phc, also = [] }: StepUp,
): Promise<SignedIn | Refused> {
  const { tenant, user } = current;
  const at = services.clock.now();
  const { session, grant, changes } = raise(services, current, { proof, origin, at });
  const raised: EventDraft = eventOf(current, origin, {
    type: 'session.stepped-up',
    details: { amr: session.amr, acr: session.acr },
  });
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId: user.id },
      ...(phc === undefined ? [] : [{ kind: 'expect-password' as const, userId: user.id, phc }]),
      ...also,
      ...changes,
    ],
    events: stamp(services, at, [raised]),
  });
  if (!written.isCommitted) return { refused: 'conflict' };
  const tokens = await issueTokens(services, { tenant, user, session, grant });
  const cookies = tokenCookies(tokens, session, services.clock.now());
  return { current: { ...current, session, grant, accessExpiresAt: tokens.accessExpiresAt }, cookies };
}

function raise(
  { random }: Services,
  { session, grant }: Current,
  { proof, origin, at }: { readonly proof: Authentication; readonly origin: CallOrigin; readonly at: number },
) {
  const proofs = [proof] as const;
  return raiseSession(
    {
      session,
      proofs,
      authenticationIds: assuranceOf(proofs).amr.map(() => random.uuid()),
      grantId: grant.id,
      successorId: random.uuid() as GrantId, // made as the name of one
      successorSecret: random.bytes(32),
      ...origin,
    },
    at,
  );
}

function eventOf(
  { user, session, device }: Current,
  origin: CallOrigin,
  event: Pick<EventDraft, 'type' | 'reason' | 'details'>,
): EventDraft {
  return { ...event, actor: 'user', userId: user.id, sessionId: session.id, deviceId: device.id, origin };
}
