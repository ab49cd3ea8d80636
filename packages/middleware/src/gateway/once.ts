import type { Clock } from '@argus/tokens';

/** Ids that may be used once. */
export interface Once {
  /** Whether this is the first time. An id is remembered until `until`. */
  claim(id: string, until: number): boolean;
  size(): number;
}

const mostIds = 10_000;

export function createOnce(clock: Clock): Once {
  const ids = new Map<string, number>();
  return {
    claim: (id, until) => {
      const now = clock.now();
      for (const [known, end] of ids) if (end <= now) ids.delete(known);
      // No room means that none can be told to be the first.
      if (ids.has(id) || ids.size >= mostIds) return false;
      ids.set(id, until);
      return true;
    },
    size: () => ids.size,
  };
}
