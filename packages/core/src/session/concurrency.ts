import {
  type AssuranceLevel,
  assuranceLevels,
  type DeviceClass,
  type Instant,
  type OnLimit,
  type RiskLevel,
  riskLevels,
  type SessionId,
} from '@argus/contract';
import type { ConcurrencyPolicy } from '../policy/policy.ts';

/** A live session, as far as it matters to who gives way. */
export interface LiveSession {
  readonly id: SessionId;
  readonly deviceClass: DeviceClass;
  readonly createdAt: Instant;
  readonly lastActiveAt: Instant;
  readonly acr: AssuranceLevel;
  readonly riskLevel: RiskLevel;
  /** The person had been seen on its device before it began. */
  readonly isDeviceKnown: boolean;
  /** Its device is spared the second factor. */
  readonly isDeviceRemembered: boolean;
}

/** The session that is to begin. Its own policy is what counts, never that of those which live already. */
export interface Newcomer {
  readonly deviceClass: DeviceClass;
  /** The session that the person chose to end for it. */
  readonly chosen?: SessionId | undefined;
}

/** The path of the policy's key that was reached. */
export type SessionLimitPath = 'session.concurrent.max' | `session.concurrent.perDeviceClass.${DeviceClass}`;

/** A limit that was reached. */
export interface ReachedLimit {
  readonly path: SessionLimitPath;
  readonly most: number;
}

/** Who makes room, and by which limit; null: because the person said so. */
export interface Eviction {
  readonly id: SessionId;
  readonly limit: ReachedLimit | null;
}

export type RoomDecision =
  | { readonly kind: 'admit'; readonly evicted: readonly Eviction[] }
  /** The person says which of these end; as many as `toEnd` have to. */
  | {
      readonly kind: 'ask';
      readonly among: readonly SessionId[];
      readonly toEnd: number;
      readonly limit: ReachedLimit;
    }
  | { readonly kind: 'deny'; readonly limit: ReachedLimit };

/**
 * Whether there is room for one more, and who makes it. No more give way than have to, however far the limit was
 * lowered, and the order in which the sessions are told does not matter.
 */
export function decideRoom(
  live: readonly LiveSession[],
  newcomer: Newcomer,
  policy: ConcurrencyPolicy,
): RoomDecision {
  const chosen = live.filter(({ id }) => id === newcomer.chosen).map(({ id }) => ({ id, limit: null }));
  const others = live.filter(({ id }) => id !== newcomer.chosen);
  const { ofClass, ofAll } = surplusOf(others, newcomer, policy);
  const limit = ofClass.limit ?? ofAll.limit;
  if (!limit) return { kind: 'admit', evicted: chosen };
  const { onLimit } = policy;
  if (onLimit === 'deny') return { kind: 'deny', limit };
  if (onLimit === 'ask') {
    const among = ofClass.limit ? others.filter((each) => isOf(each, newcomer)) : others;
    return { kind: 'ask', among: among.map(({ id }) => id).sort(), toEnd: ofClass.many + ofAll.many, limit };
  }
  const leaving = [...others].sort(firstToGo[onLimit]);
  const gone = leaving.filter((each) => isOf(each, newcomer)).slice(0, ofClass.many);
  const also = leaving.filter((each) => !gone.includes(each)).slice(0, ofAll.many);
  const told = (each: LiveSession, by: ReachedLimit | null): Eviction => ({ id: each.id, limit: by });
  return {
    kind: 'admit',
    evicted: [
      ...chosen,
      ...gone.map((each) => told(each, ofClass.limit)),
      ...also.map((each) => told(each, ofAll.limit)),
    ],
  };
}

interface Surplus {
  readonly many: number;
  /** Null: not reached. */
  readonly limit: ReachedLimit | null;
}

/** How many too many there are: of the newcomer's device class, and of what is left then. */
function surplusOf(
  live: readonly LiveSession[],
  newcomer: Newcomer,
  { max, perDeviceClass }: ConcurrencyPolicy,
): { readonly ofClass: Surplus; readonly ofAll: Surplus } {
  const { deviceClass } = newcomer;
  const alike = live.filter((each) => isOf(each, newcomer)).length;
  const ofClass = surplus(
    alike,
    perDeviceClass[deviceClass],
    `session.concurrent.perDeviceClass.${deviceClass}`,
  );
  return { ofClass, ofAll: surplus(live.length - ofClass.many, max, 'session.concurrent.max') };
}

/** Over a limit is whatever leaves no place for one more. */
function surplus(many: number, most: number | null, path: SessionLimitPath): Surplus {
  if (most === null || many < most) return { many: 0, limit: null };
  return { many: many - most + 1, limit: { path, most } };
}

function isOf({ deviceClass }: LiveSession, newcomer: Newcomer): boolean {
  return deviceClass === newcomer.deviceClass;
}

/** Whether policy limits the sessions of such a device at all. */
export function isLimited({ max, perDeviceClass }: ConcurrencyPolicy, deviceClass: DeviceClass): boolean {
  return max !== null || perDeviceClass[deviceClass] !== null;
}

type Order = (one: LiveSession, other: LiveSession) => number;

/** By the first that differs. The id comes last, so that no two are alike. */
function by(...ranks: readonly ((session: LiveSession) => number)[]): Order {
  return (one, other) => {
    for (const rank of ranks) if (rank(one) !== rank(other)) return rank(one) - rank(other);
    return one.id < other.id ? -1 : 1;
  };
}

const lastActive = ({ lastActiveAt }: LiveSession) => lastActiveAt;
const created = ({ createdAt }: LiveSession) => createdAt;

const firstToGo: Readonly<Record<Exclude<OnLimit, 'ask' | 'deny'>, Order>> = {
  oldest: by(created, lastActive),
  'least-recently-active': by(lastActive, created),
  // What speaks for a session, the strongest word first.
  'lowest-trust': by(
    ({ riskLevel }) => -riskLevels.indexOf(riskLevel),
    ({ isDeviceKnown }) => Number(isDeviceKnown),
    ({ isDeviceRemembered }) => Number(isDeviceRemembered),
    ({ acr }) => assuranceLevels.indexOf(acr),
    lastActive,
    created,
  ),
};
