import { endOf, type Known } from './known.ts';

export type Step =
  | { readonly kind: 'refresh' }
  | { readonly kind: 'warn' }
  | { readonly kind: 'wait'; readonly untilMs: number };

/** What the next step follows from; instants are of the server's clock. */
export interface Situation {
  readonly now: number;
  /** When this tab chose to refresh the present access token. */
  readonly dueAt: number;
  readonly warnAt: number;
  /** Not before this: the pause after a failure or after a refresh. */
  readonly notBefore: number;
  /** The person did something, in any tab, since the last refresh. */
  readonly hasActivity: boolean;
  readonly isWarned: boolean;
  readonly isFailing: boolean;
}

/** What a tab does next about a live session. Pure. */
export function nextStep(known: Known, situation: Situation): Step {
  const { now, warnAt, notBefore, hasActivity, isWarned, isFailing } = situation;
  const refreshAt = Math.max(wantedAt(known, situation), notBefore);
  if (now >= refreshAt) return { kind: 'refresh' };
  const mayWarn = !isWarned && (!canExtend(known, hasActivity) || isFailing);
  if (mayWarn && now >= warnAt) return { kind: 'warn' };
  return { kind: 'wait', untilMs: mayWarn ? Math.min(refreshAt, warnAt) : refreshAt };
}

/**
 * A token that already ends with its session gains nothing from a refresh without activity, so such a
 * session is left alone until its end, and then the server is asked whether it is over.
 */
function wantedAt(known: Known, { dueAt, warnAt, hasActivity }: Situation): number {
  if (canExtend(known, hasActivity)) return Math.min(dueAt, warnAt);
  const end = endOf(known);
  // Token ends are whole seconds, rounded down.
  return known.expiresAt > end - 1000 ? end + 1000 : dueAt;
}

function canExtend(known: Known, hasActivity: boolean): boolean {
  return hasActivity && known.idleExpiresAt < known.absoluteExpiresAt;
}

/**
 * When this tab refreshes the token it learnt of at `now`: a minute before its end, or three quarters into
 * a shorter one, and a little earlier by chance so that tabs do not all come at once.
 */
export function refreshDueAt(known: Known, now: number, fraction: number): number {
  const leftMs = Math.max(0, known.expiresAt - now);
  return known.expiresAt - Math.min(60_000, leftMs / 4) - fraction * Math.min(15_000, leftMs / 10);
}

/** When the warning begins: `warnSeconds` before the end, but never in the first half of what was allowed. */
export function warningStartsAt(known: Known, warnSeconds: number): number {
  const end = endOf(known);
  const beganAt = known.idleExpiresAt < known.absoluteExpiresAt ? known.lastActiveAt : known.createdAt;
  return end - Math.min(warnSeconds * 1000, (end - beganAt) / 2);
}

/** The pause after the nth failure in a row: one second doubling to a minute, or what the server asked for. */
export function backoffMs(failures: number, fraction: number, retryAfterSeconds: number): number {
  const pauseMs = Math.min(60_000, 1000 * 2 ** Math.min(failures - 1, 6));
  return Math.max(pauseMs * (0.5 + fraction / 2), Math.min(300, retryAfterSeconds) * 1000);
}
