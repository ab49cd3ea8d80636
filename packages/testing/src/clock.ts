/** The clock as every package asks for it: milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
}

export interface FakeClock extends Clock {
  /** Moves time forward. A step back is refused: no rule of Argus may depend on time running backwards. */
  advance(ms: number): void;
  /** Moves to one instant at or after the present one. */
  advanceTo(instantMs: number): void;
}

/** Where fake time begins unless a test says otherwise; a whole second, so token claims come out even. */
export const fakeEpochMs = Date.UTC(2026, 0, 5, 9, 0, 0);

/** A clock that stands still until a test moves it. */
export function fakeClock(startMs: number = fakeEpochMs): FakeClock {
  let nowMs = startMs;
  const advanceTo = (instantMs: number): void => {
    if (!Number.isSafeInteger(instantMs) || instantMs < nowMs) {
      throw new RangeError(`fake time cannot go from ${nowMs} to ${instantMs}`);
    }
    nowMs = instantMs;
  };
  return { now: () => nowMs, advance: (ms) => advanceTo(nowMs + ms), advanceTo };
}
