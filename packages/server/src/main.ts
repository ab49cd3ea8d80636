import type { AddressInfo } from 'node:net';
import { type Policy, policyResolver } from '@argus/core';
import { migrate, noteFeedPolicies, openStore, type Store } from '@argus/store';
import { startPostgres } from '@argus/store/embedded';
import { createDpopNonces } from '@argus/tokens';
import { createActivityStream } from './activity/activity-stream.ts';
import { createApp } from './app.ts';
import { type Metadata, metadataMistakes, readMetadata } from './authenticators/passkey/metadata.ts';
import { type Blocklist, openBlocklist } from './authenticators/password/blocklist.ts';
import { openBreachedRange } from './authenticators/password/breached-range.ts';
import { createPasswordHasher, type PasswordHasher } from './authenticators/password/hasher.ts';
import type { Config } from './config/config.ts';
import { openDataDirectory } from './data-directory.ts';
import { openUpstreams } from './federation/upstreams.ts';
import { openFeed } from './feed/feed.ts';
import { firstAdministratorLink } from './first-administrator.ts';
import { allJobs, type Job, startJob } from './jobs/start-job.ts';
import { openKeys } from './keys.ts';
import type { WrittenMail } from './mail/mail-files.ts';
import { openMailTransport } from './mail/open-transport.ts';
import type { MailTransport } from './mail/transport.ts';
import { createMetrics } from './metrics.ts';
import { openClientBook } from './oauth/client/client-book.ts';
import { openClientKeyring } from './oauth/client/client-keys.ts';
import { openSoftwareIssuers } from './oauth/client/software-issuers.ts';
import { openOutbound } from './outbound/outbound.ts';
import type { Resolve } from './outbound/send.ts';
import { fixedPolicy, openPolicyBook, type PolicyBook } from './policy/policy-book.ts';
import { createSecrets, hashOf } from './secrets.ts';
import { openServiceBook } from './service/service-book.ts';
import { type Clock, systemClock, within } from './services/clock.ts';
import { createLog, type Log } from './services/log.ts';
import { onTheBeat, type Pace } from './services/pace.ts';
import { type Random, systemRandom } from './services/random.ts';
import type { Services } from './services.ts';
import { clientsServed, servicesServed } from './tenant/address.ts';
import { openTenantDirectory } from './tenant/tenant-directory.ts';
import { generousLimits, type Limits } from './throttle/limits.ts';
import { createThrottle } from './throttle/throttle.ts';

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
  readonly commonPasswords?: Blocklist;
  readonly policy?: Policy;
  readonly passkeyMetadata?: Metadata;
  /** How often strangers may try. */
  readonly limits?: Limits;
  /** When answers leave that tell nobody who has an account. */
  readonly pace?: Pace;
  /** Connections to the database at most. */
  readonly poolSize?: number;
  readonly mail?: MailTransport;
  /** What the names of hosts stand for that administrators of tenants name. */
  readonly resolve?: Resolve;
  /** Told of mail that became a file because no server is named, where only this machine sees it. */
  readonly onMailWritten?: (mail: WrittenMail) => void;
  /** The page of metrics, where one process answers for several. */
  readonly metricsPage?: () => Promise<string>;
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

type Wired = Config & { readonly databaseUrl: string };

async function openServices(
  config: Wired,
  parts: Parts & { readonly log: Log },
  stack: AsyncDisposableStack,
): Promise<Services> {
  const { log } = parts;
  const clock = parts.clock ?? systemClock;
  const random = parts.random ?? systemRandom(clock);
  const { masterKey, operatorKey } = await openDataDirectory(config.dataDir, {
    masterKey: config.masterKey,
    random,
  });
  await migrate(config.databaseUrl);
  const store = stack.use(
    openStore({
      url: config.databaseUrl,
      uuid: random.uuid,
      size: parts.poolSize ?? 10,
      onIdleError: (error) => log.warn({ reason: error.message }, 'a database connection was lost'),
    }),
  );
  const mail = parts.mail ?? openMailTransport(config, parts.onMailWritten ?? (() => undefined));
  stack.defer(() => mail.close());
  const passwords = parts.passwords ?? stack.use(await createPasswordHasher(random));
  const secrets = createSecrets(masterKey, random);
  const metrics = createMetrics(passwords.load, parts.isProcessWide ?? true);
  const policies = parts.policy ? fixedPolicy(parts.policy) : openPolicyBook(store, clock);
  await noteFeedPolicies(
    store.pool,
    (document) => parts.policy?.feed ?? policyResolver(document).resolve({}).feed,
  );
  const keys = await openKeys({ store, masterKey, clock, random, policies });
  const books = openBooks(store, clock, policies);
  const { tenants, servicesAnywhere: serviceBook } = books;
  const parties = { tenants, serviceBook, policies, keys };
  const feed = openFeed({ config, clock, random, log, store, metrics, ...parties });
  store.onTold((tenant) => void feed.settle(tenant));
  stack.defer(() => feed.close());
  return {
    config,
    clock,
    random,
    log,
    ...books,
    feed,
    activity: createActivityStream(),
    store,
    passwords,
    commonPasswords: parts.commonPasswords ?? openBlocklist(),
    breachedPasswords: config.breachedPasswordsUrl
      ? openBreachedRange({ url: config.breachedPasswordsUrl, fetch, log, metrics })
      : null,
    keys,
    ...openOutside(config, { clock, log, resolve: parts.resolve }),
    secrets,
    mail,
    dpopNonces: createDpopNonces({ key: secrets.dpopNonceKey, clock, lifeSeconds: 60 }),
    metrics: { ...metrics, ...(parts.metricsPage ? { page: parts.metricsPage } : {}) },
    throttle: createThrottle(parts.limits ?? generousLimits, metrics.throttled),
    pace: parts.pace ?? onTheBeat,
    passkeyMetadata: parts.passkeyMetadata ?? metadataIn(config, clock.now()),
    operatorKeyHash: Buffer.from(hashOf(operatorKey)).toString('hex'),
    policies,
  };
}

/** Who is asked outside; whom the operator names is not judged. */
function openOutside(config: Config, { clock, log, resolve }: Outside) {
  const { issuer, privateUpstreams } = config;
  const outbound = openOutbound({ issuer, privateUpstreams, log, resolve });
  return {
    outbound,
    clientKeys: openClientKeyring(outbound.fetch, clock),
    upstreams: openUpstreams({ outbound, clock }),
    software: openSoftwareIssuers(config, fetch, clock),
  };
}

interface Outside {
  readonly clock: Clock;
  readonly log: Log;
  readonly resolve: Resolve | undefined;
}

/** Who may be spoken of in a request, at the address of the installation. */
function openBooks(store: Store, clock: Clock, policies: PolicyBook) {
  const tenants = openTenantDirectory(store, clock);
  const servicesAnywhere = openServiceBook(store, clock);
  const clientsAnywhere = openClientBook(store, clock, policies);
  const serving = { tenants, hostTenant: null };
  return {
    ...serving,
    clientsAnywhere,
    clients: clientsServed(clientsAnywhere, serving),
    servicesAnywhere,
    serviceBook: servicesServed(servicesAnywhere, serving),
  };
}

/** Read once: a file that is not right is a mistake of the operator, and better known before anybody signs in. */
function metadataIn({ metadata: given }: Config, now: number): Metadata | null {
  if (!given) return null;
  const read = readMetadata(given.blob, { roots: given.roots, now });
  if (!read.ok) throw new Error(`the metadata of passkeys cannot be used: ${metadataMistakes[read.mistake]}`);
  return read.metadata;
}
