import type { Instant } from '@argus/contract';
import type { KeyUse, SigningAlgorithm } from './algorithm.ts';
import type { KeyRecord, KeySpec } from './key-record.ts';

/** How keys come and go. A verifier that honours the JWKS cache lifetime then never meets an unknown key. */
export interface KeySchedule {
  /** Each has a key of its own at all times, published whether or not anybody asks for it yet. */
  readonly accessAlgorithms: readonly SigningAlgorithm[];
  /** How long one key signs before the next takes over. */
  readonly rotateEverySeconds: number;
  /** How long others may keep the JWKS: a key is published at least this long before it signs. */
  readonly jwksCacheSeconds: number;
  /** A key stays published and verifying at least this long after its last signature. Services have keys if named. */
  readonly longestTokenSeconds: Readonly<Record<Exclude<KeyUse, 'service'>, number> & { service?: number }>;
  /** Keys that are weaker than policy wants by now: each is succeeded as soon as the cache lifetime lets it. */
  readonly outgrown?: ReadonlySet<string>;
  /** Begins the next rotation now, by the same rules; without effect while one is under way. */
  readonly force?: boolean;
  /**
   * For keys that somebody else may hold: every key so far is withdrawn, and its successor signs at once. Verifiers
   * that cached the JWKS refuse new tokens, and still take forged ones, until they fetch it again.
   */
  readonly emergency?: boolean;
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
  /** Keys whose last token has died. */
  readonly remove: readonly string[];
  /** Keys to forget although tokens of theirs live: only in an emergency. */
  readonly withdraw: readonly string[];
}

/** What succeeds one another: each algorithm of a use has a line of its own. */
type Line = Pick<KeyRecord, 'use' | 'algorithm'>;

/** Covers verifiers' clock skew and nodes that open their ring a little late. */
const removalMarginMs = 120_000;

/**
 * What to do about the keys at `now`: pure, to be committed as one change and, but for an emergency, safe to repeat.
 * The first keys of a use sign at once, since nobody can have cached a set without them; every later one is
 * published first.
 */
export function planRotation(
  records: readonly KeyRecord[],
  schedule: KeySchedule,
  now: Instant,
): RotationPlan {
  const wanted = linesOf(schedule);
  if (schedule.emergency === true) return withdrawal(records, wanted, now);
  const plans = wanted.map((line) => planLine(records, line, { schedule, now }));
  const abandoned = records.filter((record) => !wanted.some((line) => isOf(line, record)));
  return {
    create: plans.flatMap((plan) => plan.create),
    change: [
      ...plans.flatMap((plan) => plan.change),
      ...abandoned.flatMap((record) => abandonment(record, { schedule, now })),
    ],
    remove: records.filter((record) => isOver(record, now)).map((record) => record.kid),
    withdraw: [],
  };
}

function linesOf({ accessAlgorithms, longestTokenSeconds }: KeySchedule): readonly Line[] {
  const access = accessAlgorithms.map((algorithm) => ({ use: 'access', algorithm }) as const);
  const refresh = { use: 'refresh', algorithm: 'HS256' } as const;
  const service = { use: 'service', algorithm: 'EdDSA' } as const;
  return [...access, refresh, ...(longestTokenSeconds.service === undefined ? [] : [service])];
}

function withdrawal(records: readonly KeyRecord[], wanted: readonly Line[], now: Instant): RotationPlan {
  const over = records.filter((record) => isOver(record, now));
  return {
    create: wanted.map((line) => ({ ...line, publishedAt: now, signsFromAt: now })),
    change: [],
    remove: over.map((record) => record.kid),
    withdraw: records.filter((record) => !over.includes(record)).map((record) => record.kid),
  };
}

interface Planning {
  readonly schedule: KeySchedule;
  readonly now: Instant;
}

function planLine(
  records: readonly KeyRecord[],
  line: Line,
  planning: Planning,
): Pick<RotationPlan, 'create' | 'change'> {
  const { schedule, now } = planning;
  const ofLine = records.filter((record) => isOf(line, record)).sort(older);
  const isSilent = records.every((record) => record.use !== line.use || hasStopped(record, now));
  const signsFromAt = successionAt(ofLine.at(-1), isSilent, planning);
  const change = ofLine.flatMap((record, index) => {
    const nextFromAt = ofLine[index + 1]?.signsFromAt ?? signsFromAt;
    if (isOver(record, now) || nextFromAt === undefined) return [];
    return retirement(record, record.signsUntilAt ?? nextFromAt, schedule);
  });
  return {
    create: signsFromAt === undefined ? [] : [{ ...line, publishedAt: now, signsFromAt }],
    change,
  };
}

/** When the next key of a line is to sign; undefined while it is too early to make one. */
function successionAt(
  newest: KeyRecord | undefined,
  isSilent: boolean,
  { schedule, now }: Planning,
): Instant | undefined {
  // With no key of this use that signs, signing at once beats not signing at all.
  if (isSilent) return now;
  const leadMs = schedule.jwksCacheSeconds * 1000;
  const earliest = now + leadMs;
  if (newest === undefined || hasStopped(newest, now)) return earliest;
  const isOutgrown = schedule.outgrown?.has(newest.kid) === true;
  const isForced = isOutgrown || (schedule.force === true && newest.signsFromAt <= now);
  if (isForced) return Math.max(earliest, newest.signsFromAt + 1);
  const dueAt = newest.signsFromAt + schedule.rotateEverySeconds * 1000;
  return now < dueAt - leadMs ? undefined : Math.max(earliest, dueAt);
}

/** Ends a key when its successor begins. A token life that grew moves the removal out, never in. */
function retirement(record: KeyRecord, signsUntilAt: Instant, schedule: KeySchedule): KeyChange[] {
  const lifeMs = (schedule.longestTokenSeconds[record.use] ?? 0) * 1000;
  const removeAfterAt = Math.max(record.removeAfterAt ?? 0, signsUntilAt + lifeMs + removalMarginMs);
  const isSame = record.signsUntilAt === signsUntilAt && record.removeAfterAt === removeAfterAt;
  return isSame ? [] : [{ kid: record.kid, signsUntilAt, removeAfterAt }];
}

/** What the schedule no longer names stops signing now; it stays for what it signed. */
function abandonment(record: KeyRecord, { schedule, now }: Planning): KeyChange[] {
  if (isOver(record, now)) return [];
  return retirement(record, Math.min(record.signsUntilAt ?? now, now), schedule);
}

function isOf(line: Line, record: KeyRecord): boolean {
  return record.use === line.use && record.algorithm === line.algorithm;
}

function isOver(record: KeyRecord, now: Instant): boolean {
  return record.removeAfterAt !== null && record.removeAfterAt <= now;
}

function hasStopped(record: KeyRecord, now: Instant): boolean {
  return record.signsUntilAt !== null && record.signsUntilAt <= now;
}

function older(a: KeyRecord, b: KeyRecord): number {
  return a.signsFromAt - b.signsFromAt || (a.kid < b.kid ? -1 : 1);
}
