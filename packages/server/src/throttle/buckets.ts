/** How often something may happen: `burst` at once, and one more every `everySeconds`. */
export interface Limit {
  readonly burst: number;
  readonly everySeconds: number;
}

export interface Full {
  /** Whole seconds until one more is allowed, at least 1. */
  readonly retryAfterSeconds: number;
  /** Nobody was told in the time that an empty bucket takes to fill: worth one line in the audit log. */
  readonly isNews: boolean;
}

/** Token buckets by key, at most `most` of them; whoever came longest ago is forgotten first. */
export interface Buckets {
  /** Take one; null when it was there. Taken before the work, so that parallel tries cannot all pass. */
  take(key: string, now: number): Full | null;
  /** Put one back: what it was taken for did no harm. */
  giveBack(key: string): void;
  size(): number;
}

interface Bucket {
  /** When the bucket is full again, in ms (the generic cell rate algorithm: one number says it all). */
  fullAt: number;
  toldAt: number;
}

export function createBuckets({ burst, everySeconds }: Limit, most: number): Buckets {
  const buckets = new Map<string, Bucket>();
  const everyMs = everySeconds * 1000;
  const wholeMs = burst * everyMs;
  return {
    take(key, now) {
      const bucket = buckets.get(key) ?? { fullAt: now, toldAt: Number.NEGATIVE_INFINITY };
      // A Map keeps the order of insertion, so the first key is the one that came longest ago.
      buckets.delete(key);
      buckets.set(key, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > most && oldest !== undefined) buckets.delete(oldest);
      const fullAt = Math.max(bucket.fullAt, now) + everyMs;
      if (fullAt - now <= wholeMs) {
        bucket.fullAt = fullAt;
        return null;
      }
      const isNews = now - bucket.toldAt >= wholeMs;
      if (isNews) bucket.toldAt = now;
      return { retryAfterSeconds: Math.max(1, Math.ceil((fullAt - now - wholeMs) / 1000)), isNews };
    },
    giveBack(key) {
      const bucket = buckets.get(key);
      if (bucket) bucket.fullAt -= everyMs;
    },
    size: () => buckets.size,
  };
}
