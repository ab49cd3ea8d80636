import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { firstAdministratorLink } from '../first-administrator.ts';
import { allJobs } from '../jobs/start-job.ts';
import { type Argus, type House, openHouse, type Parts } from '../main.ts';
import { type Counts, pageOfAll } from '../metrics.ts';
import { within } from '../services/clock.ts';
import type { ToPrimary, ToWorker } from './messages.ts';

export const mostWorkers = 16;

/** The embedded database takes 100 connections; some stay free for the first process and for people. */
const connections = 90;
const restarts = 5;
const restartWindowMs = 60_000;
/** A worker drains within ten seconds and closes its connections; one that does neither is killed. */
const stopMs = 15_000;
const countMs = 2_000;

export interface WithWorkers extends Pick<Parts, 'onMailWritten'> {
  readonly workers: number;
  /** Called once when workers die faster than they may be replaced: the server should stop. */
  readonly onExhausted: () => void;
}

/**
 * Start Argus in several processes behind one port. This process owns the database, the migrations and the jobs;
 * the workers answer requests. A worker that dies is replaced, five times a minute at most.
 */
export async function startArgusWithWorkers(config: Config, options: WithWorkers): Promise<Argus> {
  // Each process hears of the feed over one connection more than its pool has.
  const poolSize = Math.min(10, Math.floor(connections / (options.workers + 1)) - 1);
  const { onMailWritten } = options;
  const house = await openHouse(config, { poolSize, ...(onMailWritten ? { onMailWritten } : {}) });
  try {
    const firstLink = await firstAdministratorLink(house.services);
    const crew = createCrew(house, { ...options, poolSize });
    const url = await crew.start();
    house.startJobs(allJobs);
    return {
      url,
      firstLink,
      services: house.services,
      async close() {
        await crew.close();
        await house.close();
      },
    };
  } catch (error) {
    await house.close();
    throw error;
  }
}

type CrewOptions = WithWorkers & { readonly poolSize: number };

function createCrew(house: House, { workers, poolSize, onExhausted }: CrewOptions) {
  const { log, clock } = house.services;
  const deaths: number[] = [];
  let isReplacing = false;
  const counters = createCounters(house);
  const start: ToWorker = {
    kind: 'start',
    config: { ...house.services.config, databaseUrl: house.databaseUrl },
    poolSize,
  };

  function hire(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const worker = cluster.fork();
    worker.on('message', (message: ToPrimary) => {
      if (message.kind === 'awake') tell(worker, start);
      else if (message.kind === 'ready') {
        log.debug({ worker: worker.process.pid }, 'a worker is ready');
        resolve(message.url);
      } else if (message.kind === 'failed') reject(failureOf(message));
      else void counters.hear(worker, message);
    });
    worker.once('exit', (code, signal) => {
      reject(new Error(`a worker ended before it was ready (${signal ?? code})`));
      if (isReplacing) replace(worker, signal ?? String(code));
    });
    return promise;
  }

  function replace(worker: Worker, how: string): void {
    const now = clock.now();
    while (deaths[0] !== undefined && now - deaths[0] > restartWindowMs) deaths.shift();
    deaths.push(now);
    log.error({ worker: worker.process.pid, how }, 'a worker died');
    if (deaths.length <= restarts) hire().catch((err) => log.error({ err }, 'a worker could not start'));
    else if (deaths.length === restarts + 1) onExhausted();
  }

  return {
    /** Resolves with the address when every worker is ready; rejects when one cannot start. */
    async start(): Promise<string> {
      const exec = fileURLToPath(new URL('./worker.ts', import.meta.url));
      cluster.setupPrimary({ exec, args: [], serialization: 'advanced' });
      try {
        // The first one alone: what keeps it from starting would keep all, and is told once.
        const url = await hire();
        await Promise.all(Array.from({ length: workers - 1 }, hire));
        isReplacing = true;
        return url;
      } catch (error) {
        await dismissAll();
        throw error;
      }
    },
    async close(): Promise<void> {
      isReplacing = false;
      await dismissAll();
    },
  };
}

async function dismissAll(): Promise<void> {
  await Promise.all(crewMembers().map(dismiss));
}

async function dismiss(worker: Worker): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<true>();
  worker.once('exit', () => resolve(true));
  if (worker.isDead()) return;
  tell(worker, { kind: 'stop' });
  if (await within(stopMs, promise, false)) return;
  worker.process.kill('SIGKILL');
  await promise;
}

/** Adds up the counts of all processes for the worker that was asked for them. */
function createCounters({ services }: House) {
  const open = new Map<number, (counts: Counts) => void>();
  let asked = 0;

  async function countsOf(worker: Worker): Promise<Counts> {
    const id = ++asked;
    const { promise, resolve } = Promise.withResolvers<Counts>();
    open.set(id, resolve);
    tell(worker, { kind: 'count', id });
    const counts = await within(countMs, promise, []);
    open.delete(id);
    return counts;
  }

  return {
    async hear(worker: Worker, message: Extract<ToPrimary, { kind: 'counted' | 'page' }>): Promise<void> {
      if (message.kind === 'counted') return open.get(message.id)?.(message.counts);
      const own = await services.metrics.registry.getMetricsAsJSON();
      const text = await pageOfAll([own, ...(await Promise.all(crewMembers().map(countsOf)))]);
      tell(worker, { kind: 'page', id: message.id, text });
    },
  };
}

function crewMembers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

function tell(worker: Worker, message: ToWorker): void {
  // A worker that died in between is told nothing; its exit is seen elsewhere.
  if (worker.isConnected()) worker.send(message, () => undefined);
}

function failureOf({ code, message }: Extract<ToPrimary, { kind: 'failed' }>): Error {
  return Object.assign(new Error(message), code === null ? {} : { code });
}
