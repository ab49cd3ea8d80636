import { setTimeout as pass } from 'node:timers/promises';

/**
 * Holds an answer until the next beat after its request came, so that its time does not tell what was found on the
 * way: what one more row costs is lost in the rest of the beat. It cannot hide more than a beat.
 */
export type Pace = (secondsSinceRequest: number) => Promise<void>;

/** Longer than what known and unknown addresses differ by, a hundred times; too short to be noticed. */
const beatMs = 50;

export const onTheBeat: Pace = async (seconds) => {
  const sinceBeat = (seconds * 1000) % beatMs;
  await pass(beatMs - sinceBeat);
};

/** For tests whose subject is not the time of an answer. */
export const withoutPace: Pace = async () => {};
