import type { DegradedBehaviour, FeedPolicy } from '@argus/contract';

/** What the application decides by itself, whatever policy says. */
export interface OwnPolicy {
  readonly degraded?: DegradedBehaviour | undefined;
  readonly staleAfterSeconds?: number | undefined;
}

/** Until the first snapshot says what policy is. */
const firstPolicy: FeedPolicy = { degraded: 'introspect', staleAfterSeconds: 3 };

/**
 * What policy says. It holds from the next heartbeat of the stream on, which alone proves that it was said lately: an old
 * snapshot or event could be played back, and nothing said after it.
 */
export function createPolicies({ degraded, staleAfterSeconds }: OwnPolicy) {
  let last = firstPolicy;
  let vouched = firstPolicy;
  const withOwn = (told: FeedPolicy): FeedPolicy => ({
    degraded: degraded ?? told.degraded,
    staleAfterSeconds: staleAfterSeconds ?? told.staleAfterSeconds,
  });
  return {
    hear(told: FeedPolicy) {
      last = told;
    },
    vouch() {
      vouched = last;
    },
    heard: () => withOwn(last),
    holding: () => withOwn(vouched),
  };
}
