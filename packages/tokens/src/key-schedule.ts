import type { Instant } from '@argus/contract';
import type { KeyAlgorithm, KeyUse, SigningAlgorithm } from './algorithm.ts';
import type { KeyRecord, KeySpec } from './key-record.ts';

/** How keys come and go. A verifier that honours the JWKS cache lifetime then never meets an unknown key. */
export interface KeySchedule {
  readonly accessAlgorithm: SigningAlgorithm;
  /** How long one key signs before the next takes over. */
  readonly rotateEverySeconds: number;
  /** How long others may keep the JWKS: a key is published at least this long before it signs. */
  readonly jwksCacheSeconds: number;
  /** A key stays published and verifying at least this long after its last signature. */
  readonly longestTokenSeconds: Readonly<Record<KeyUse, number>>;
  /** Begins the next rotation now, by the same rules; without effect while one is under way. */
  readonly force?: boolean;
}

export type PlannedKey = Pick<KeySpec, 'use' | 'algorithm' | 'publishedAt' | 'signsFromAt'>;

export interface KeyChange {
  readonly kid: string;
  readonly signsUntilAt: Instant;
  readonly removeAfterAt: Instant;
}

export interface RotationPlan {
  readonly create: readonly PlannedKey[];
  readonly change: readonly KeyChange[];
  readonly remove: readonly string[];
}

const uses: readonly KeyUse[] = ['access', 'refresh'];
/** Covers verifiers' clock skew and nodes that open their ring a little late. */
const removalMarginMs = 120_000;

/**
 * What to do about the keys at `now`: pure, safe to repeat, and to be committed as one change. The first key of a
 * use signs at once, since nobody can have cached a set without it; every later one is published first.
 */
export function planRotation(
  records: readonly KeyRecord[],
  schedule: KeySchedule,
  now: Instant,
): RotationPlan {
  const plans = uses.map((use) => {
    const ofUse = records.filter((record) => record.use === use).sort(older);
    return planUse(ofUse, { use, schedule, now });
  });
  return {
    create: plans.flatMap((plan) => plan.create),
    change: plans.flatMap((plan) => plan.change),
    remove: plans.flatMap((plan) => plan.remove),
  };
}

/** What the keys of one use are planned by. */
interface Planning {
  readonly use: KeyUse;
  readonly schedule: KeySchedule;
  readonly now: Instant;
}

function planUse(records: readonly KeyRecord[], planning: Planning): RotationPlan {
  const { schedule, now } = planning;
  const create = successorOf(records.at(-1), planning);
  const change: KeyChange[] = [];
  const remove: string[] = [];
  for (const [index, record] of records.entries()) {
    const next = records[index + 1] ?? create;
    if (record.removeAfterAt !== null && record.removeAfterAt <= now) remove.push(record.kid);
    else if (next !== undefined) change.push(...retirement(record, next.signsFromAt, schedule));
  }
  return { create: create === undefined ? [] : [create], change, remove };
}

function successorOf(
  newest: KeyRecord | undefined,
  { use, schedule, now }: Planning,
): PlannedKey | undefined {
  const algorithm: KeyAlgorithm = use === 'refresh' ? 'HS256' : schedule.accessAlgorithm;
  if (newest === undefined || hasStopped(newest, now)) {
    return { use, algorithm, publishedAt: now, signsFromAt: now };
  }
  const leadMs = schedule.jwksCacheSeconds * 1000;
  const dueAt = newest.signsFromAt + schedule.rotateEverySeconds * 1000;
  const isForced = schedule.force === true && newest.signsFromAt <= now;
  if (newest.algorithm === algorithm && !isForced && now < dueAt - leadMs) return undefined;
  const isEarly = newest.algorithm !== algorithm || isForced;
  const earliest = now + leadMs;
  const signsFromAt = Math.max(earliest, isEarly ? newest.signsFromAt + 1 : dueAt);
  return { use, algorithm, publishedAt: now, signsFromAt };
}

/** Only after an outage or by hand: with no key that signs, signing at once beats not signing at all. */
function hasStopped(newest: KeyRecord, now: Instant): boolean {
  return newest.signsUntilAt !== null && newest.signsUntilAt <= now;
}

/** Ends a key when its successor begins. A token life that grew moves the removal out, never in. */
function retirement(record: KeyRecord, successorFromAt: Instant, schedule: KeySchedule): KeyChange[] {
  const signsUntilAt = record.signsUntilAt ?? successorFromAt;
  const lifeMs = schedule.longestTokenSeconds[record.use] * 1000;
  const removeAfterAt = Math.max(record.removeAfterAt ?? 0, signsUntilAt + lifeMs + removalMarginMs);
  const isSame = record.signsUntilAt === signsUntilAt && record.removeAfterAt === removeAfterAt;
  return isSame ? [] : [{ kid: record.kid, signsUntilAt, removeAfterAt }];
}

function older(a: KeyRecord, b: KeyRecord): number {
  return a.signsFromAt - b.signsFromAt || (a.kid < b.kid ? -1 : 1);
}
