import type { Locks } from '../src/services/environment.ts';
import type { FakeTime } from './fake-time.ts';

interface Owner {
  readonly isAlive: boolean;
}

/** One Web Lock, as the tabs of one browser share it. */
export function createFakeLock(time: FakeTime, fraction: () => number) {
  const line: { owner: Owner; start: () => void }[] = [];
  let holder: Owner | null = null;

  function give(owner: Owner, start: () => void): void {
    holder = owner;
    time.later(owner, fraction() * 3, start);
  }
  function passOn(): void {
    holder = null;
    const next = line.shift();
    if (next) give(next.owner, next.start);
  }
  function wait(owner: Owner, start: () => void, signal?: AbortSignal): Promise<never> {
    const place = { owner, start };
    line.push(place);
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        if (!line.includes(place)) return;
        line.splice(line.indexOf(place), 1);
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
  }

  return {
    locksOf: (owner: Owner): Locks => ({
      request<T>(
        _name: string,
        { ifAvailable, signal }: { ifAvailable?: boolean; signal?: AbortSignal },
        work: (lock: unknown) => Promise<T>,
      ): Promise<T> {
        const held = new Promise<T>((resolve, reject) => {
          const start = (): void => {
            if (!owner.isAlive) return;
            const done = work({});
            done.then(resolve, reject);
            void done.catch(() => undefined).then(() => owner.isAlive && passOn());
          };
          if (holder === null) give(owner, start);
          else if (ifAvailable) work(null).then(resolve, reject);
          else wait(owner, start, signal).catch(reject);
        });
        return held;
      },
    }),
    /** How many hold it: one or none. */
    holders: () => (holder === null ? 0 : 1),
    /** A tab is gone, and its lock and its place in the line with it. */
    drop(owner: Owner): void {
      for (const place of line.filter((waiting) => waiting.owner === owner))
        line.splice(line.indexOf(place), 1);
      if (holder === owner) passOn();
    },
  };
}
