import type { AddressInfo } from 'node:net';
import { startPostgres } from '@argus/store/embedded';
import { createApp } from './app.ts';
import type { Config } from './config/config.ts';
import { firstAdministratorLink } from './first-administrator.ts';
import { allJobs, type Job, startJob } from './jobs/start-job.ts';
import { openServices, type Parts } from './open-services.ts';
import { within } from './services/clock.ts';
import { createLog, type Log } from './services/log.ts';
import type { Services } from './services.ts';

export type { Parts } from './open-services.ts';

export interface Argus {
  /** Where it listens. */
  readonly url: string;
  readonly services: Services;
  /** The link to print while there is no administrator. */
  readonly firstLink: string | null;
  /** Stop taking requests, finish what is in flight for at most ten seconds, stop the database. */
  close(): Promise<void>;
}

/** The database, the keys and the jobs, without the HTTP server. */
export interface House {
  readonly services: Services;
  readonly databaseUrl: string;
  startJobs(jobs: readonly Job[]): void;
  close(): Promise<void>;
}

/** The HTTP server over a house. */
export interface Door {
  readonly url: string;
  close(): Promise<void>;
}

const drainMs = 10_000;

/** Start Argus: database, migrations, keys, HTTP. */
export async function startArgus(config: Config, parts: Parts = {}): Promise<Argus> {
  const house = await openHouse(config, parts);
  try {
    const firstLink = await firstAdministratorLink(house.services);
    const door = await openDoor(house.services);
    if (parts.withJobs !== false) house.startJobs(allJobs);
    return {
      url: door.url,
      services: house.services,
      firstLink,
      async close() {
        await door.close();
        await house.close();
      },
    };
  } catch (error) {
    await house.close();
    throw error;
  }
}

/** Open the data directory, start the embedded database unless another is named, migrate, load the keys. */
export async function openHouse(config: Config, parts: Parts = {}): Promise<House> {
  const stack = new AsyncDisposableStack();
  try {
    const log = createLog(config.logLevel);
    const databaseUrl = config.databaseUrl ?? (await startDatabase(config, log, stack));
    const services = await openServices({ ...config, databaseUrl }, { ...parts, log }, stack);
    const jobs: { stop(): Promise<void> }[] = [];
    return {
      services,
      databaseUrl,
      startJobs: (wanted) => void jobs.push(...wanted.map((job) => startJob(services, job))),
      async close() {
        await Promise.all(jobs.map((job) => job.stop()));
        await stack.disposeAsync();
      },
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Listen where the configuration says. */
export async function openDoor(services: Services): Promise<Door> {
  const { host, port, tls } = services.config;
  services.feed.start();
  const { http, readiness } = createApp(services);
  await http.listen({ host, port });
  const address = http.server.address() as AddressInfo; // it listens on TCP
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async close() {
      readiness.state = 'draining';
      await services.feed.close();
      const isDrained = await within(
        drainMs,
        http.close().then(() => true),
        false,
      );
      if (!isDrained) http.server.closeAllConnections();
    },
  };
}

async function startDatabase(config: Config, log: Log, stack: AsyncDisposableStack): Promise<string> {
  const postgres = stack.use(
    await startPostgres({
      dataDir: config.dataDir,
      log: (line) => log.debug({ postgres: line }, 'database'),
    }),
  );
  postgres.onExit((exit) => log.error({ exit }, 'the embedded database died'));
  return postgres.url;
}
