import { endOf, type Known } from './known.ts';
import { renew } from './renew.ts';
import { type Core, publish, serverNow } from './state.ts';

/** Begin the warning. */
export function warn(core: Core, known: Known): void {
  const endsAt = endOf(known) - core.skewMs;
  core.warning = { endsAt, canStay: known.idleExpiresAt < known.absoluteExpiresAt };
  publish(core);
}

/** The person says that they are here: counts as activity even where activity alone does not extend. */
export async function staySignedIn(core: Core): Promise<boolean> {
  const { known, running, environment } = core;
  if (!known) return false;
  const now = environment.clock.now();
  running?.activity.hear(now);
  running?.tabs.post({ kind: 'active', at: now });
  await renew(core, { asked: known, limit: 'idleExpiresAt' });
  return (
    core.known !== null && core.known.id === known.id && serverNow(core) < endOf(core.known) && !core.warning
  );
}

/**
 * Count down while there is a warning.
 *
 * @param tell hears the whole seconds left, once a second, and null when there is no warning (any more)
 * @returns how to stop
 */
export function countdown(core: Core, tell: (secondsLeft: number | null) => void): () => void {
  const { timers, clock, report } = core.environment;
  let timer: unknown;
  let said: number | null | undefined;
  const step = (): void => {
    timers.clear(timer);
    const leftMs = core.warning ? Math.max(0, core.warning.endsAt - clock.now()) : null;
    const secondsLeft = leftMs === null ? null : Math.ceil(leftMs / 1000);
    if (leftMs) timer = timers.set(step, leftMs % 1000 || 1000);
    if (secondsLeft === said) return;
    said = secondsLeft;
    try {
      tell(secondsLeft);
    } catch (error) {
      report(error);
    }
  };
  core.subscribers.add(step);
  step();
  return () => {
    timers.clear(timer);
    core.subscribers.delete(step);
  };
}
