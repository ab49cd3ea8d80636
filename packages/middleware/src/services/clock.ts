import type { Clock } from '@argus/tokens';

/** The machine's own time. */
export const systemClock: Clock = { now: () => Date.now() };
