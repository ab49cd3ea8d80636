import type { SessionId, TenantId } from '@argus/contract';
import { type NextStep, nextStep, type Proofs } from '@argus/core';
import { countLiveSessions, liveSessionsOfUser, rememberedUntil, type SignInRecord } from '@argus/store';
import { heldSession } from '../flows/current-session.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import type { StillNeeded } from './outcome.ts';

/** Who stands where in a sign-in. */
export interface Standing {
  readonly tenant: TenantId;
  readonly record: SignInRecord;
  readonly proofs: Proofs;
  readonly cookies: Cookies;
  /** The session that the person chose to end for this one. */
  readonly instead?: SessionId | undefined;
}

/** Gather what bears on the next step, and decide it. Only what the policy asks about is counted. */
export async function stepAfter(services: Services, standing: Standing): Promise<NextStep> {
  const { tenant, record, proofs } = standing;
  const { user, device, enrolled } = record;
  const policy = services.policy(tenant);
  const now = services.clock.now();
  const { pool } = services.store;
  const isLimitAsked = policy.session.concurrent.onLimit !== 'least-recently-active';
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
  { tenant, record }: Standing,
  step: Exclude<NextStep, { kind: 'admit' | 'refuse' }>,
): Promise<StillNeeded> {
  const { factors } = services.policy(tenant).authentication;
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

function replacedBy(services: Services, { cookies, tenant }: Standing): SessionId | null {
  const held = heldSession(services, cookies);
  return held?.tenant === tenant ? held.sessionId : null;
}
