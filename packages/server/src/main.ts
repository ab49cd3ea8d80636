import type { AddressInfo } from 'node:net';
import { balanced, type Policy } from '@argus/core';
import { migrate, openStore } from '@argus/store';
import { startPostgres } from '@argus/store/embedded';
import { createApp } from './app.ts';
import { createPasswordHasher, type PasswordHasher } from './authenticators/password.ts';
import type { Config } from './config/config.ts';
import { openDataDirectory } from './data-directory.ts';
import { firstAdministratorLink } from './first-administrator.ts';
import { endExpiredSessions } from './jobs/end-expired.ts';
import { openKeys } from './keys.ts';
import { createMetrics } from './metrics.ts';
import { createSecrets, hashOf } from './secrets.ts';
import { type Clock, repeat, systemClock, within } from './services/clock.ts';
import { createLog } from './services/log.ts';
import { type Random, systemRandom } from './services/random.ts';
import type { Services } from './services.ts';

export interface Argus {
  /** Where it listens. */
  readonly url: string;
  readonly services: Services;
  /** The link to print while there is no administrator. */
  readonly firstLink: string | null;
  /** Stop taking requests, finish what is in flight for at most ten seconds, stop the database. */
  close(): Promise<void>;
}

/** What tests replace; absent parts are the real ones. */
export interface Parts {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Jobs run by themselves; tests run them by hand. */
  readonly withJobs?: boolean;
  readonly isProcessWide?: boolean;
  readonly passwords?: PasswordHasher;
  readonly policy?: Policy;
}

const drainMs = 10_000;

/** Start Argus: database, migrations, keys, HTTP. */
export async function startArgus(config: Config, parts: Parts = {}): Promise<Argus> {
  const stack = new AsyncDisposableStack();
  try {
    const services = await openServices(config, parts, stack);
    const { http, readiness } = createApp(services);
    await http.listen({ host: config.host, port: config.port });
    const jobs = parts.withJobs === false ? [] : startJobs(services);
    const { port } = http.server.address() as AddressInfo; // it listens on TCP
    return {
      url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
      services,
      firstLink: await firstAdministratorLink(services),
      async close() {
        readiness.state = 'draining';
        await Promise.all(jobs.map((job) => job.stop()));
        const isDrained = await within(
          drainMs,
          http.close().then(() => true),
          false,
        );
        if (!isDrained) http.server.closeAllConnections();
        await stack.disposeAsync();
      },
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function openServices(config: Config, parts: Parts, stack: AsyncDisposableStack): Promise<Services> {
  const clock = parts.clock ?? systemClock;
  const random = parts.random ?? systemRandom(clock);
  const log = createLog(config.logLevel);
  const { masterKey, operatorKey } = await openDataDirectory(config.dataDir, {
    masterKey: config.masterKey,
    random,
  });
  const url = config.databaseUrl ?? stack.use(await startPostgres({ dataDir: config.dataDir })).url;
  await migrate(url);
  const store = stack.use(
    openStore({ url, onIdleError: (error) => log.warn({ err: error }, 'a database connection was lost') }),
  );
  const passwords = parts.passwords ?? (await createPasswordHasher(random));
  return {
    config,
    clock,
    random,
    log,
    store,
    passwords,
    keys: await openKeys({ store, masterKey, clock, random }),
    secrets: createSecrets(masterKey),
    metrics: createMetrics(passwords.load, parts.isProcessWide ?? true),
    operatorKeyHash: Buffer.from(hashOf(operatorKey)).toString('hex'),
    policy: () => parts.policy ?? balanced,
  };
}

function startJobs(services: Services) {
  const report = (error: unknown) => services.log.error({ err: error }, 'a job failed');
  return [
    repeat(30_000, async () => void (await endExpiredSessions(services)), report),
    repeat(60_000, () => services.keys.tend('system'), report),
  ];
}
