import type { Environment } from './services/environment.ts';
import type { Tabs } from './tabs.ts';

/** Longer than anyone holds it: a settling pause and two calls. */
export const lockTimeoutMs = 15_000;
const claimMs = 150;

/** `isContended`: somebody may have refreshed just before, so look again before refreshing. */
export type LockedWork<T> = (isContended: boolean) => Promise<T>;

/**
 * Run `work` while no other tab of this browser runs its own.
 *
 * @returns what `work` gave, or `otherwise` when another tab held on for longer than `lockTimeoutMs`
 */
export async function withRefreshLock<T>(
  { environment, tabs, name }: { environment: Environment; tabs: Tabs; name: string },
  work: LockedWork<T>,
  otherwise: T,
): Promise<T> {
  if (!environment.locks) return elected(environment, tabs, work);
  const abort = new AbortController();
  let timer: unknown;
  try {
    const { locks } = environment;
    const free = await locks.request(name, { ifAvailable: true }, async (lock) =>
      lock ? { result: await work(!tabs.canTalk) } : null,
    );
    if (free) return free.result;
    timer = environment.timers.set(() => abort.abort(), lockTimeoutMs);
    return await locks.request(name, { signal: abort.signal }, () => {
      environment.timers.clear(timer);
      return work(true);
    });
  } catch {
    // Pages without storage have Web Locks that always refuse; `work` itself never rejects.
    return abort.signal.aborted ? otherwise : await elected(environment, tabs, work);
  } finally {
    environment.timers.clear(timer);
  }
}

/**
 * The stand-in for Web Locks: tabs claim the turn, the lowest name wins, and whoever has the turn says so.
 * It makes two refreshes at once rare; the server's lost-reply window makes them harmless.
 */
async function elected<T>(environment: Environment, tabs: Tabs, work: LockedWork<T>): Promise<T> {
  for (let round = 0; tabs.canTalk && round < 3; round += 1) {
    const turn = claimTurn(environment, tabs);
    try {
      if (await turn.isWon) return await work(round > 0);
      await Promise.race([turn.isOver, pause(environment, lockTimeoutMs)]);
    } finally {
      turn.release();
    }
  }
  return work(true);
}

interface Turn {
  readonly isWon: Promise<boolean>;
  /** Another tab had the turn and has finished. */
  readonly isOver: Promise<void>;
  release(): void;
}

function claimTurn(environment: Environment, tabs: Tabs): Turn {
  const { id } = tabs;
  const over = Promise.withResolvers<void>();
  let state: 'claiming' | 'beaten' | 'won' = 'claiming';
  const claim = (): void => tabs.post({ kind: 'claim', id });
  const unlisten = tabs.listen((message) => {
    if (message.kind === 'free') over.resolve();
    else if (message.kind === 'busy' && state === 'claiming') state = 'beaten';
    else if (message.kind === 'claim') {
      if (state === 'won') tabs.post({ kind: 'busy', id });
      else if (message.id < id) state = 'beaten';
      // They began to listen after our claim, so they hear it again.
      else if (state === 'claiming') claim();
    }
  });
  claim();
  return {
    isWon: pause(environment, claimMs).then(() => {
      if (state === 'claiming') state = 'won';
      return state === 'won';
    }),
    isOver: over.promise,
    release() {
      unlisten();
      if (state === 'won') tabs.post({ kind: 'free', id });
    },
  };
}

/** Wait. */
export function pause(environment: Environment, ms: number): Promise<void> {
  return new Promise((resolve) => {
    environment.timers.set(resolve, ms);
  });
}
