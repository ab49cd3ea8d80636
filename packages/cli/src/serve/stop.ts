import { systemClock, within } from '@argus/server';
import type { Terminal } from '../terminal.ts';

export interface Stop {
  /** Resolves with the reason when the server shall stop. */
  readonly wanted: Promise<string>;
  /** Whether it stops because something is broken. */
  isFault(): boolean;
  /** Stop because of a fault that was seen elsewhere. */
  now(reason: string): void;
  /** The stop is complete. */
  done(): void;
}

/** A terminal signals every process of a command and npm passes its own signal on: these are one wish, not two. */
const sameWishMs = 500;
/** Longest stop after a fault: draining, then closing the database. */
const faultStopMs = 25_000;

/**
 * Watch for signals and uncaught errors. The first asks for an orderly stop, a second signal ends the process at
 * once (the embedded database is then told to stop, without waiting for it).
 */
export function watchForStop(terminal: Pick<Terminal, 'note'>): Stop {
  const wish = Promise.withResolvers<string>();
  const done = Promise.withResolvers<void>();
  let wishedAt: number | null = null;
  let isFault = false;

  function onSignal(signal: NodeJS.Signals): void {
    const now = systemClock.now();
    if (wishedAt !== null && now - wishedAt < sameWishMs) return;
    if (wishedAt !== null) {
      terminal.note(`${signal} again: stopping at once.`);
      process.exit(1);
    }
    wishedAt = now;
    wish.resolve(signal);
  }

  function onFault(reason: string): void {
    terminal.note(`argus: ${reason}`);
    if (isFault) return;
    isFault = true;
    wish.resolve('fault');
    void within(faultStopMs, done.promise, undefined).then(() => process.exit(1));
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // Node's own way from an unhandled rejection leads here too.
  process.on('uncaughtException', (error) =>
    onFault(`a fault nobody caught; stopping. ${error.stack ?? error}`),
  );
  return {
    wanted: wish.promise,
    isFault: () => isFault,
    now: onFault,
    done: done.resolve,
  };
}
