import type { OnLimit, SessionId, TenantId } from '@argus/contract';
import { type NextStep, newcomerOf, nextStep, type PolicySubject, type Proofs } from '@argus/core';
import { countLiveSessions, liveSessionsOfUser, rememberedUntil, type SignInRecord } from '@argus/store';
import { heldSession } from '../flows/current-session.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import type { StillNeeded } from './outcome.ts';

/** Who stands where in a sign-in. */
export interface Standing {
  readonly tenant: TenantId;
  readonly record: SignInRecord;
  readonly proofs: Proofs;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
  /** The application that the sign-in is for. */
  readonly clientId?: string | undefined;
  /** The session that the person chose to end for this one. */
  readonly instead?: SessionId | undefined;
}

/** Gather what bears on the next step, and decide it. Only what the policy asks about is counted. */
export async function stepAfter(services: Services, standing: Standing): Promise<NextStep> {
  const { tenant, record, proofs } = standing;
  const { user, device, enrolled } = record;
  const policy = await services.policies.effective(tenant, subjectOfStanding(standing));
  const now = services.clock.now();
  const { pool } = services.store;
  const isLimitAsked = isCountedBefore(policy.session.concurrent.onLimit);
  const [until, liveSessions] = await Promise.all([
    device ? rememberedUntil(pool, tenant, { userId: user.id, deviceId: device.id, now }) : null,
    isLimitAsked
      ? countLiveSessions(pool, tenant, { userId: user.id, except: replacedBy(services, standing), now })
      : 0,
  ]);
  return nextStep(
    {
      proofs,
      enrolled,
      isEmailVerified: user.emailVerifiedAt !== null,
      isRemembered: until !== null,
      liveSessions: liveSessions - (standing.instead === undefined ? 0 : 1),
    },
    policy,
  );
}

/** What the person is asked for, with what the asking takes. */
export async function asked(
  services: Services,
  standing: Standing,
  step: Exclude<NextStep, { kind: 'admit' | 'refuse' }>,
): Promise<StillNeeded> {
  const { tenant, record } = standing;
  const { factors } = (await services.policies.effective(tenant, subjectOfStanding(standing))).authentication;
  switch (step.kind) {
    case 'second-factor':
      return { ...step, rememberDeviceSeconds: factors.required === 1 ? factors.rememberDeviceSeconds : 0 };
    case 'choose-session': {
      const ask = { userId: record.user.id, now: services.clock.now(), limit: 100 };
      const { items } = await liveSessionsOfUser(services.store.pool, tenant, ask);
      return { ...step, sessions: items };
    }
    default:
      return step;
  }
}

/** Whom the policy of a sign-in is asked for. */
export function subjectOfStanding({
  record,
  origin,
  clientId,
}: Pick<Standing, 'record' | 'origin' | 'clientId'>): PolicySubject {
  return { ...newcomerOf(record.user, origin.userAgent), clientId };
}

/** Who gives way is chosen where the session begins, unless the person or the door does. */
function isCountedBefore(onLimit: OnLimit): boolean {
  return onLimit === 'ask' || onLimit === 'deny';
}

function replacedBy(services: Services, { cookies, tenant }: Standing): SessionId | null {
  const held = heldSession(services, cookies);
  return held?.tenant === tenant ? held.sessionId : null;
}
