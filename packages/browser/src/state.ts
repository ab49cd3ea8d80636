import type { SessionAnswer } from '@argus/contract';
import type { Activity } from './activity.ts';
import type { Answered } from './calls.ts';
import { isNewer, type Known } from './known.ts';
import { backoffMs, refreshDueAt, warningStartsAt } from './refresh-schedule.ts';
import type { Environment } from './services/environment.ts';
import type { SessionError } from './session-error.ts';
import type { Asking } from './step-up-window.ts';
import type { Tabs } from './tabs.ts';

/** The session is about to end. */
export interface IdleWarning {
  /** When it ends, in milliseconds of this browser's clock. */
  readonly endsAt: number;
  /** Whether staying signed in is possible: not at the absolute limit. */
  readonly canStay: boolean;
}

/** The session of this browser as far as this tab knows. A new object at every change. */
export type CurrentSession =
  /** Not yet known. `trouble` says why when asking failed; it is asked again by itself. */
  | { readonly state: 'unknown'; readonly trouble: SessionError | null }
  /** `trouble`: the last refresh failed for now, for example offline; it is tried again by itself. */
  | ({
      readonly state: 'signed-in';
      readonly idleWarning: IdleWarning | null;
      readonly trouble: SessionError | null;
    } & SessionAnswer)
  /** Nobody is signed in, or the person signed out. */
  | { readonly state: 'signed-out' }
  /** The session that was here is over: idle, at its limit, or ended from elsewhere. */
  | { readonly state: 'ended' };

/** What `fetch` does about an API that asks for a stronger or fresher proof. */
export type StepUpChoice = 'ask' | 'pass';

/** One client: what it knows, and what it works with. */
export interface Core {
  readonly environment: Environment;
  readonly settings: {
    readonly base: string;
    readonly warnSeconds: number;
    readonly activityExtends: boolean;
    readonly stepUp: StepUpChoice;
  };
  readonly subscribers: Set<(current: CurrentSession) => void>;
  /** Think again about what to do next. */
  readonly tick: () => void;
  current: CurrentSession;
  known: Known | null;
  warning: IdleWarning | null;
  trouble: SessionError | null;
  /** How far the server's clock is ahead of this browser's. */
  skewMs: number;
  /** The following instants are of this browser's clock. */
  refreshedAt: number;
  checkedAt: number;
  notBefore: number;
  /** Of the server's clock. */
  dueAt: number;
  failures: number;
  /** Counts sessions; what was asked under another session is not believed any more. */
  epoch: number;
  /** The session that is over; a late word from another tab does not bring it back. */
  closedId: string | null;
  loading: Promise<void> | null;
  renewing: Promise<boolean> | null;
  /** The window in which the person is asked for a proof. */
  asking: Asking | null;
  timer: unknown;
  /** Present between `start` and `stop`. */
  running: { readonly tabs: Tabs; readonly activity: Activity; stop(): void } | null;
}

/** Too small a gap to be meant: keeps a wrong clock or a strange server from causing a loop. */
const refreshGapMs = 2000;

export function serverNow(core: Core): number {
  return core.environment.clock.now() + core.skewMs;
}

/** Take in what a call to Argus brought. */
export function settle(core: Core, answered: Answered, isRefresh: boolean): void {
  const now = core.environment.clock.now();
  switch (answered.kind) {
    case 'session':
      core.skewMs = answered.skewMs;
      if (isRefresh) core.notBefore = now + refreshGapMs;
      adopt(core, answered.known, isRefresh ? now : 0);
      return;
    case 'refused':
      // Who was told how the session ended is not told again and otherwise.
      if (!core.known && core.current.state !== 'unknown') return;
      // The cookies end with their session, so after its end the server sees none.
      close(core, isOver(core, core.known?.idleExpiresAt) ? 'ended' : closedBy[answered.code]);
      return;
    case 'trouble':
      fail(core, answered.error, now);
      return;
    case 'done':
      return;
    default:
      answered satisfies never;
  }
}

const closedBy = { session_ended: 'ended', session_required: 'signed-out' } as const;

function fail(core: Core, error: SessionError, now: number): void {
  core.failures += 1;
  core.notBefore =
    now + backoffMs(core.failures, core.environment.random.fraction(), error.retryAfterSeconds);
  core.trouble = error;
  // Nothing moves the absolute limit, so this much is known without the server.
  if (isOver(core, core.known?.absoluteExpiresAt)) close(core, 'ended');
  else publish(core);
}

function isOver(core: Core, limit: number | undefined): boolean {
  return limit !== undefined && serverNow(core) > limit - 1000;
}

/** Believe this word about the session unless it is older than what is known. */
export function adopt(core: Core, known: Known, refreshedAt: number): void {
  const before = core.known;
  const isSame = before?.id === known.id;
  if (isSame && (known.expiresAt < before.expiresAt || known.authTime < before.authTime)) return;
  if (!isSame) {
    core.epoch += 1;
    core.refreshedAt = 0;
  }
  const now = serverNow(core);
  if (!isSame || isNewer(known, before, 'expiresAt')) {
    core.dueAt = refreshDueAt(known, now, core.environment.random.fraction());
  }
  core.known = known;
  core.checkedAt = core.environment.clock.now();
  core.closedId = null;
  core.trouble = null;
  core.failures = 0;
  core.refreshedAt = Math.max(core.refreshedAt, refreshedAt);
  if (now < warningStartsAt(known, core.settings.warnSeconds)) core.warning = null;
  publish(core);
}

/** The session is over, or there is none. */
export function close(core: Core, state: 'ended' | 'signed-out', isToldByTab = false): void {
  const sessionId = core.known?.id;
  if (sessionId && !isToldByTab) core.running?.tabs.post({ kind: 'closed', state, sessionId });
  if (sessionId) core.closedId = sessionId;
  core.epoch += 1;
  core.known = core.warning = core.trouble = null;
  core.failures = core.notBefore = 0;
  show(core, { state });
}

/** Show subscribers what is known. */
export function publish(core: Core): void {
  const { known, warning: idleWarning, trouble } = core;
  if (known) show(core, { state: 'signed-in', ...known.answer, idleWarning, trouble });
  else if (core.current.state === 'unknown') show(core, { state: 'unknown', trouble });
}

function show(core: Core, current: CurrentSession): void {
  if (JSON.stringify(current) === JSON.stringify(core.current)) return;
  core.current = current;
  for (const subscriber of [...core.subscribers]) tell(core, subscriber);
}

/** A subscriber's fault is reported like any uncaught one and stops nobody else. */
export function tell(core: Core, subscriber: (current: CurrentSession) => void): void {
  try {
    subscriber(core.current);
  } catch (error) {
    core.environment.report(error);
  }
}
