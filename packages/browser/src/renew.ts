import { type Answered, call } from './calls.ts';
import { isNewer, type Known } from './known.ts';
import { pause, withRefreshLock } from './refresh-lock.ts';
import { SessionError } from './session-error.ts';
import { type Core, settle } from './state.ts';
import { openTabs } from './tabs.ts';

/** What a caller waits for: a later end of the access token or of idleness than in what it knew. */
export interface Wish {
  readonly asked: Known | null;
  readonly limit: 'expiresAt' | 'idleExpiresAt';
}

/** Another tab's word about its refresh may arrive a moment after the lock that it gave back. */
const wordMs = 25;

/**
 * Have the cookies renewed, by this tab or by another one. Never rejects.
 *
 * @returns whether they were; if not, `core.current` says why
 */
export async function renew(
  core: Core,
  wish: Wish = { asked: core.known, limit: 'expiresAt' },
): Promise<boolean> {
  const { epoch } = core;
  const isMet = (): boolean => isNewer(core.known, wish.asked, wish.limit);
  if (isMet()) return true;
  if (core.renewing) {
    const isRenewed = await core.renewing;
    if (isMet() || !isRenewed || core.epoch !== epoch) return isMet();
  }
  core.renewing ??= renewOnce(core, wish).finally(() => {
    core.renewing = null;
    core.tick();
  });
  return core.renewing;
}

async function renewOnce(core: Core, wish: Wish): Promise<boolean> {
  const { epoch, environment, settings } = core;
  const isSettled = (): boolean => core.epoch !== epoch || isNewer(core.known, wish.asked, wish.limit);
  const tabs = core.running?.tabs ?? openTabs({ ...environment, openChannel: null }, '');
  const held: Answered = { kind: 'trouble', error: new SessionError('lock-timeout') };
  let isRefresh = false;
  const work = async (isContended: boolean): Promise<Answered | null> => {
    await pause(environment, wordMs);
    if (isSettled()) return null;
    if (isContended) {
      const read = await call(environment, 'GET', { url: `${settings.base}/api/session` });
      if (read.kind === 'session' && isNewer(read.known, wish.asked, wish.limit)) return read;
    }
    isRefresh = true;
    return refresh(core);
  };
  const place = { environment, tabs, name: `argus-refresh:${settings.base}` };
  const answered = await withRefreshLock(place, work, held);
  // Subscribers are told here, after the lock is free again.
  if (answered && core.epoch === epoch) settle(core, answered, isRefresh);
  return answered?.kind === 'session' || isNewer(core.known, wish.asked, wish.limit);
}

async function refresh(core: Core): Promise<Answered> {
  const { environment, settings, running } = core;
  const { clock } = environment;
  const idleMs = clock.now() - (running?.activity.at() ?? 0);
  // No word about activity where there was none since the last refresh: a timer alone keeps nobody signed in.
  const isActive = clock.now() - idleMs > core.refreshedAt;
  const body = isActive ? { idleSeconds: Math.floor(idleMs / 1000) } : {};
  const answered = await call(environment, 'POST', { url: `${settings.base}/api/session/refresh`, body });
  if (answered.kind === 'session') {
    // Said while the lock is held, so that the next in line has it before it asks.
    const { known, skewMs } = answered;
    running?.tabs.post({ kind: 'session', answer: known.answer, refreshedAt: clock.now(), skewMs });
  }
  return answered;
}
