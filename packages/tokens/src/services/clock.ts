import type { Instant } from '@argus/contract';

/** Where the present comes from. Passed in, so that a test decides what time it is. */
export interface Clock {
  now(): Instant;
}
