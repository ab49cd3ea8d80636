import type { GrantId, RefusalCode } from '@argus/contract';
import {
  type Authentication,
  assuranceOf,
  type Change,
  type EventDraft,
  stepUp as raiseSession,
  renews,
} from '@argus/core';
import type { Current } from '../flows/current-session.ts';
import { issueTokens, tokenCookies } from '../flows/issue-tokens.ts';
import type { SignedIn } from '../flows/signed-in.ts';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';
import { waysToProve } from './ways-to-prove.ts';

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
  const { reachable } = await waysToProve(services, current);
  if (!renews(current.session, [proof], reachable)) {
    const refused = 'insufficient_user_authentication';
    return refuseStepUp(services, current, { origin, reason: 'too-weak', refused, also });
  }
  const { session, grant, changes } = raise(services, current, { proof, origin, at });
  const raised: EventDraft = stepUpEvent(current, origin, {
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
  if (!written.isCommitted) return lostAs[written.lost] ?? { refused: 'conflict' };
  const tokens = await issueTokens(services, { tenant, user, session, grant });
  const cookies = tokenCookies(tokens, session, services.clock.now());
  return { current: { ...current, session, grant, accessExpiresAt: tokens.accessExpiresAt }, cookies };
}

/** A proof that counts once was shown twice. */
const lostAs: { readonly [Kind in Change['kind']]?: Refused } = {
  'use-totp': { refused: 'wrong_code' },
  'use-passkey': { refused: 'passkey_refused' },
  'claim-mark': { refused: 'passkey_refused' },
};

export interface RefusedStepUp {
  readonly origin: CallOrigin;
  /** For the audit log. */
  readonly reason: string;
  readonly refused: RefusalCode;
  /** What was used up to prove it stays used. */
  readonly also?: readonly Change[];
}

/** The log hears why, the caller only that. */
export async function refuseStepUp(
  services: Services,
  current: Current,
  { origin, reason, refused, also = [] }: RefusedStepUp,
): Promise<Refused> {
  const event = stepUpEvent(current, origin, { type: 'session.step-up-refused', reason });
  const events = stamp(services, services.clock.now(), [event]);
  await services.store.commit({ tenant: current.tenant, changes: also, events });
  return { refused };
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
      authenticationIds: assuranceOf(proofs, session.amr).amr.map(() => random.uuid()),
      grantId: grant.id,
      successorId: random.uuid() as GrantId, // made as the name of one
      successorSecret: random.bytes(32),
      ...origin,
    },
    at,
  );
}

function stepUpEvent(
  { user, session, device }: Current,
  origin: CallOrigin,
  event: Pick<EventDraft, 'type' | 'reason' | 'details'>,
): EventDraft {
  return { ...event, actor: 'user', userId: user.id, sessionId: session.id, deviceId: device.id, origin };
}
