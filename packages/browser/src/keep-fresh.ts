import { type Activity, watchActivity } from './activity.ts';
import { call } from './calls.ts';
import { warn } from './idle.ts';
import { knownOf } from './known.ts';
import { nextStep, warningStartsAt } from './refresh-schedule.ts';
import { renew } from './renew.ts';
import { adopt, type Core, close, serverNow, settle } from './state.ts';
import { openTabs, type TabMessage } from './tabs.ts';

/** A timer may be late (throttled tabs) or stand still (sleep), so the clock is looked at this often. */
const lookMs = 30_000;
/** Between two looks at the server when a page comes to the front. */
const recheckMs = 10_000;

/** Read the session and keep it fresh until stopped. */
export async function start(core: Core): Promise<void> {
  if (!core.running) {
    const { environment, settings } = core;
    const tabs = openTabs(environment, `argus-session:${settings.base}`);
    const activity: Activity = watchActivity(environment, (at) => {
      if (core.warning && !settings.activityExtends) return false;
      tabs.post({ kind: 'active', at });
      core.tick();
      return true;
    });
    const ends = [environment.page.onWake(() => wake(core)), tabs.listen((message) => hear(core, message))];
    const stop = (): void => {
      core.running = null;
      core.epoch += 1;
      environment.timers.clear(core.timer);
      activity.stop();
      for (const end of ends) end();
      tabs.close();
    };
    core.running = { tabs, activity, stop };
    // Who opens a page is there; a page restored in the background proves nobody.
    if (environment.page.isVisible()) activity.mark();
  }
  await load(core);
}

/** Read the session; a refused access token is renewed once before the refusal is believed. */
export function load(core: Core): Promise<void> {
  core.loading ??= loadOnce(core).finally(() => {
    core.loading = null;
    core.tick();
  });
  return core.loading;
}

/** Ask the server now: what was asked before may be answered from before. */
export async function reload(core: Core): Promise<void> {
  await core.loading;
  await load(core);
}

async function loadOnce(core: Core): Promise<void> {
  const { epoch, environment, settings, known: before } = core;
  core.checkedAt = environment.clock.now();
  const answered = await call(environment, 'GET', { url: `${settings.base}/api/session` });
  if (core.epoch !== epoch) return;
  // An access token may have run out where the refresh token lives on, also one of a sign-in elsewhere.
  if (answered.kind === 'refused') return void (await renew(core));
  settle(core, answered, false);
  if (answered.kind !== 'session') return;
  if (answered.known.id === before?.id && answered.known.authTime === before.authTime) return;
  const { known, skewMs } = answered;
  core.running?.tabs.post({ kind: 'session', answer: known.answer, refreshedAt: 0, skewMs });
}

/** Do what is due, and come back when the next thing is. */
export function tick(core: Core): void {
  const { environment, known, current } = core;
  const { clock, timers } = environment;
  timers.clear(core.timer);
  if (!core.running || (!known && current.state !== 'unknown')) return;
  const now = clock.now();
  let nextAt = now + lookMs;
  if (!core.loading && !core.renewing) {
    if (!known && now >= core.notBefore) return void load(core).catch(environment.report);
    nextAt = known ? Math.min(nextAt, act(core, known)) : core.notBefore;
  }
  timers.clear(core.timer);
  core.timer = timers.set(core.tick, Math.max(0, nextAt - clock.now()));
}

/** Take the step that is due and say when the next is, in this browser's clock. */
function act(core: Core, known: NonNullable<Core['known']>): number {
  const { environment, running, settings, skewMs } = core;
  const step = nextStep(known, {
    now: serverNow(core),
    dueAt: core.dueAt,
    warnAt: warningStartsAt(known, settings.warnSeconds),
    notBefore: core.notBefore + skewMs,
    hasActivity: (running?.activity.at() ?? 0) > core.refreshedAt,
    isWarned: core.warning !== null,
    isFailing: core.trouble !== null,
  });
  switch (step.kind) {
    case 'refresh':
      // Comes back by itself when it has settled.
      renew(core).catch(environment.report);
      return Number.POSITIVE_INFINITY;
    case 'warn':
      warn(core, known);
      return environment.clock.now();
    case 'wait':
      return step.untilMs - skewMs;
    default:
      return step satisfies never;
  }
}

/** Timers stood still during sleep, and anything may have happened elsewhere. */
function wake(core: Core): void {
  const { clock, page, report } = core.environment;
  if (core.trouble) core.notBefore = 0;
  const isRecent = Math.abs(clock.now() - core.checkedAt) < recheckMs && !core.trouble;
  if (page.isVisible() && !isRecent) load(core).catch(report);
  else core.tick();
}

function hear(core: Core, message: TabMessage): void {
  switch (message.kind) {
    case 'active':
      core.running?.activity.hear(message.at);
      return;
    case 'closed':
      if (message.sessionId === core.known?.id) close(core, message.state, true);
      core.tick();
      return;
    case 'session': {
      const known = knownOf(message.answer);
      if (!known || known.id === core.closedId) return;
      if (core.known && core.known.id !== known.id && core.known.createdAt >= known.createdAt) return;
      core.skewMs = message.skewMs;
      adopt(core, known, message.refreshedAt);
      core.tick();
      return;
    }
    default:
      // Turns are taken in refresh-lock.ts.
      return;
  }
}
