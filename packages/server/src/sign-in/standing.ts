import type { SessionId, TenantId } from '@argus/contract';
import {
  type ConcurrencyPolicy,
  decideRoom,
  isLimited,
  type NextStep,
  newcomerOf,
  nextStep,
  type PolicySubject,
  type Proofs,
  type RoomDecision,
  readUserAgent,
} from '@argus/core';
import { liveSessionsOfUser, rememberedUntil, type SignInRecord, sessionsInTheWay } from '@argus/store';
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
  const [until, room] = await Promise.all([
    device ? rememberedUntil(pool, tenant, { userId: user.id, deviceId: device.id, now }) : null,
    roomFor(services, standing, policy.session.concurrent),
  ]);
  return nextStep(
    {
      proofs,
      enrolled,
      isEmailVerified: user.emailVerifiedAt !== null,
      isRemembered: until !== null,
      room,
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
      const { kind, among, toEnd } = step;
      return { kind, toEnd, sessions: items.filter(({ session }) => among.includes(session.id)) };
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

/** Who gives way by themselves is decided where the session begins; only who would be asked or refused is told before. */
async function roomFor(
  services: Services,
  standing: Standing,
  policy: ConcurrencyPolicy,
): Promise<RoomDecision> {
  const { tenant, record, origin, instead } = standing;
  const deviceClass = readUserAgent(origin.userAgent).type;
  const isTold = policy.onLimit === 'ask' || policy.onLimit === 'deny';
  if (!isTold || !isLimited(policy, deviceClass)) return { kind: 'admit', evicted: [] };
  const live = await sessionsInTheWay(services.store.pool, tenant, {
    userId: record.user.id,
    except: replacedBy(services, standing),
    now: services.clock.now(),
  });
  return decideRoom(live, { deviceClass, chosen: instead }, policy);
}

function replacedBy(services: Services, { cookies, tenant }: Standing): SessionId | null {
  const held = heldSession(services, cookies);
  return held?.tenant === tenant ? held.sessionId : null;
}
