import type { ChildProcess } from 'node:child_process';
import { type Clock, pause } from '../services/clock.ts';
import type { Site } from './cluster.ts';
import { isRunning, type LogLine, land, launch } from './launch.ts';
import { removeSocketDirectory } from './location.ts';
import type { OwnershipLock } from './ownership-lock.ts';

/** How PostgreSQL ended although nobody asked it to. */
export interface PostgresExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** False when it has died too often and stays down: the server should fail its readiness. */
  restarting: boolean;
}

/** A running embedded PostgreSQL. It is started again by itself when it dies, with the same URL. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connects as the owner of the database `argus`; holds the password. */
  readonly url: string;
  /** The process id of the current postmaster. */
  readonly pid: number;
  /** False while it is down, whether a restart is on its way or not. */
  readonly isRunning: boolean;
  /** Calls the listener each time it dies unasked. Returns the way to stop listening. */
  onExit(listener: (exit: PostgresExit) => void): () => void;
  /** Stops it and gives the data directory free; open transactions roll back. Calling again waits for the same. */
  stop(): Promise<void>;
}

export interface Supervision {
  site: Site;
  socket: string;
  url: string;
  log: LogLine;
  lock: OwnershipLock;
  clock: Clock;
}

const mostRestarts = 5;
const restartWindowMs = 60_000;
const firstPauseMs = 50;

/** Launches PostgreSQL and keeps it running until it is stopped. */
export async function supervise(supervision: Supervision): Promise<EmbeddedPostgres> {
  const { site, socket, log } = supervision;
  return new SupervisedPostgres(supervision, await launch(site, socket, log));
}

class SupervisedPostgres implements EmbeddedPostgres {
  readonly url: string;
  readonly #supervision: Supervision;
  readonly #listeners = new Set<(exit: PostgresExit) => void>();
  #child: ChildProcess;
  #restarts: number[] = [];
  #restarting: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  constructor(supervision: Supervision, child: ChildProcess) {
    this.url = supervision.url;
    this.#supervision = supervision;
    this.#child = child;
    this.#watch(child);
    process.on('exit', this.#atExit);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get isRunning(): boolean {
    return isRunning(this.#child);
  }

  onExit(listener: (exit: PostgresExit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    await this.#restarting;
    await land(this.#child);
    process.off('exit', this.#atExit);
    removeSocketDirectory(this.#supervision.site.home, this.#supervision.socket);
    this.#supervision.lock.release();
  }

  /** A server that ends without stopping us must not leave a database behind; only a signal is possible here. */
  readonly #atExit = (): void => {
    this.#child.kill('SIGINT');
  };

  #watch(child: ChildProcess): void {
    child.once('exit', (code, signal) => {
      if (this.#stopped !== null) return;
      const restarting = this.#mayRestart();
      if (restarting) this.#restarting = this.#restart();
      for (const listener of this.#listeners) listener({ code, signal, restarting });
    });
  }

  #mayRestart(): boolean {
    const now = this.#supervision.clock.now();
    this.#restarts = this.#restarts.filter((at) => now - at < restartWindowMs);
    return this.#restarts.push(now) <= mostRestarts;
  }

  async #restart(): Promise<void> {
    const { site, socket, log } = this.#supervision;
    await pause(firstPauseMs * 2 ** (this.#restarts.length - 1));
    if (this.#stopped !== null) return;
    try {
      this.#child = await launch(site, socket, log);
      this.#watch(this.#child);
    } catch (error) {
      log(String(error));
      const restarting = this.#stopped === null && this.#mayRestart();
      for (const listener of this.#listeners) listener({ code: null, signal: null, restarting });
      if (restarting) await this.#restart();
    }
  }
}
