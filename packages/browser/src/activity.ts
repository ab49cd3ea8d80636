import type { Environment } from './services/environment.ts';

/** When the person was last seen doing something, in any tab of this browser. */
export interface Activity {
  /** Instant of this browser's clock; 0 for never. */
  at(): number;
  /** They did something here, now. */
  mark(): void;
  /** Another tab says they did something there. */
  hear(at: number): void;
  stop(): void;
}

/** More often than once a second there is nothing new to tell. */
const quietMs = 1000;

/** Watch for the person; `onMark` hears of it at most once a second and may refuse it by answering false. */
export function watchActivity(environment: Environment, onMark: (at: number) => boolean): Activity {
  const { clock, page } = environment;
  let lastAt = 0;
  const mark = (): void => {
    const now = clock.now();
    // Also when the clock was set back: an instant to come is no activity.
    if (now - lastAt < quietMs && now >= lastAt) return;
    const before = lastAt;
    lastAt = now;
    if (!onMark(now)) lastAt = before;
  };
  return {
    at: () => lastAt,
    mark,
    hear(at) {
      lastAt = Math.min(clock.now(), Math.max(lastAt, at));
    },
    stop: page.onActivity(mark),
  };
}
