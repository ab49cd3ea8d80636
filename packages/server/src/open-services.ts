import { type Policy, policyResolver } from '@argus/core';
import { migrate, noteFeedPolicies, openStore, type Store } from '@argus/store';
import { createDpopNonces } from '@argus/tokens';
import { createActivityStream } from './activity/activity-stream.ts';
import { type Metadata, metadataMistakes, readMetadata } from './authenticators/passkey/metadata.ts';
import { type Blocklist, openBlocklist } from './authenticators/password/blocklist.ts';
import { openBreachedRange } from './authenticators/password/breached-range.ts';
import { createPasswordHasher, type PasswordHasher } from './authenticators/password/hasher.ts';
import type { Config } from './config/config.ts';
import { openDataDirectory } from './data-directory.ts';
import { openUpstreams } from './federation/upstreams.ts';
import { openFeed } from './feed/feed.ts';
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
import { type Clock, systemClock } from './services/clock.ts';
import type { Log } from './services/log.ts';
import { onTheBeat, type Pace } from './services/pace.ts';
import { type Random, systemRandom } from './services/random.ts';
import type { Services } from './services.ts';
import { clientsServed, servicesServed } from './tenant/address.ts';
import { openTenantDirectory } from './tenant/tenant-directory.ts';
import { generousLimits, type Limits } from './throttle/limits.ts';
import { createThrottle } from './throttle/throttle.ts';

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

type Wired = Config & { readonly databaseUrl: string };
type Logged = Parts & { readonly log: Log };

/** Open everything that answers requests, in the order in which one thing needs the other. */
export async function openServices(
  config: Wired,
  parts: Logged,
  stack: AsyncDisposableStack,
): Promise<Services> {
  const ground = await openGround(config, parts, stack);
  const { clock, random, log, store, masterKey, operatorKey, secrets, passwords, metrics, mail } = ground;
  const policies = await openPolicies(ground, parts);
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
    ...openPasswordLists(config, parts, ground),
    keys,
    ...openOutside(config, parts, ground),
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

type Ground = Awaited<ReturnType<typeof openGround>>;

/** What the rest stands on: the keys of the data directory, a migrated database, and what hashes, counts and sends. */
async function openGround(config: Wired, parts: Logged, stack: AsyncDisposableStack) {
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
  return { log, clock, random, masterKey, operatorKey, store, mail, passwords, secrets, metrics };
}

async function openPolicies({ store, clock }: Ground, { policy }: Parts): Promise<PolicyBook> {
  await noteFeedPolicies(store.pool, (document) => policy?.feed ?? policyResolver(document).resolve({}).feed);
  return policy ? fixedPolicy(policy) : openPolicyBook(store, clock);
}

/** Which passwords are too well known. */
function openPasswordLists({ breachedPasswordsUrl: url }: Config, parts: Parts, { log, metrics }: Ground) {
  return {
    commonPasswords: parts.commonPasswords ?? openBlocklist(),
    breachedPasswords: url ? openBreachedRange({ url, fetch, log, metrics }) : null,
  };
}

/** Who is asked outside; whom the operator names is not judged. */
function openOutside(config: Config, { resolve }: Parts, { clock, log }: Ground) {
  const { issuer, privateUpstreams } = config;
  const outbound = openOutbound({ issuer, privateUpstreams, log, resolve });
  return {
    outbound,
    clientKeys: openClientKeyring(outbound.fetch, clock),
    upstreams: openUpstreams({ outbound, clock }),
    software: openSoftwareIssuers(config, fetch, clock),
  };
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
