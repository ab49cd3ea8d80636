import type { Clock } from './services/clock.ts';

const keptMs = 1_000;
const most = 2_000;

export interface Kept<Value> {
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  /** The next look at this one is fresh. */
  drop(key: string): void;
  clear(): void;
}

/** Values for a second, one question for all who ask meanwhile; the oldest go first when there are too many. */
export function createKept<Value>(clock: Clock): Kept<Value> {
  const entries = new Map<string, { readonly value: Promise<Value>; readonly at: number }>();
  return {
    get(key, load) {
      const known = entries.get(key);
      const age = known ? clock.now() - known.at : keptMs;
      // A clock that was set back must not keep an entry for longer.
      if (known && age >= 0 && age < keptMs) return known.value;
      const value = load();
      const entry = { value, at: clock.now() };
      entries.delete(key);
      entries.set(key, entry);
      const [oldest] = entries.keys();
      if (entries.size > most && oldest !== undefined) entries.delete(oldest);
      // A failure is nothing to remember.
      value.catch(() => entries.get(key) === entry && entries.delete(key));
      return value;
    },
    drop: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
