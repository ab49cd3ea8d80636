/** Seeded numbers in [0, 1): Mulberry32, small and good enough to shuffle the order of things. */
export function seededFraction(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly owner: object | null;
  readonly run: () => void;
}

export type FakeTime = ReturnType<typeof createFakeTime>;

/** Timers and a clock. Timers follow a time that stands still in sleep; the clock does not. */
export function createFakeTime() {
  let ranMs = 0;
  let sleptMs = Date.UTC(2026, 0, 5, 9);
  let order = 0;
  let timers: Timer[] = [];
  const cancel = (timer: unknown): void => {
    timers = timers.filter((other) => other !== timer);
  };
  return {
    now: () => ranMs + sleptMs,
    /** Run something later; with its owner it is dropped. */
    later(owner: object | null, delayMs: number, run: () => void): unknown {
      order += 1;
      const timer = { at: ranMs + Math.max(0, Math.ceil(delayMs)), order, owner, run };
      timers.push(timer);
      return timer;
    },
    cancel,
    drop(owner: object): void {
      timers = timers.filter((timer) => timer.owner !== owner);
    },
    /** The lid is shut: clocks go on, timers do not. */
    sleep(ms: number): void {
      sleptMs += ms;
    },
    /** Let time pass. */
    async run(ms: number): Promise<void> {
      const until = ranMs + ms;
      for (;;) {
        await settled();
        const next = first(timers, until);
        if (!next) break;
        cancel(next);
        ranMs = Math.max(ranMs, next.at);
        next.run();
      }
      ranMs = until;
    },
  };
}

function first(timers: readonly Timer[], until: number): Timer | null {
  let next: Timer | null = null;
  for (const timer of timers) {
    if (timer.at > until) continue;
    if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
  }
  return next;
}

/** Every promise that can settle has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
