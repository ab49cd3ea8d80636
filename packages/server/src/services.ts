import type { TenantId } from '@argus/contract';
import type { AuditEvent, EventDraft } from '@argus/core';
import type { Store } from '@argus/store';
import type { DpopNonces } from '@argus/tokens';
import type { ActivityStream } from './activity/activity-stream.ts';
import type { Metadata } from './authenticators/passkey/metadata.ts';
import type { Blocklist } from './authenticators/password/blocklist.ts';
import type { BreachedRange } from './authenticators/password/breached-range.ts';
import type { PasswordHasher } from './authenticators/password/hasher.ts';
import type { Config } from './config/config.ts';
import type { Upstreams } from './federation/upstreams.ts';
import type { Feed } from './feed/feed.ts';
import type { KeyKeeper } from './keys.ts';
import type { MailTransport } from './mail/transport.ts';
import type { Metrics } from './metrics.ts';
import type { ClientBook } from './oauth/client/client-book.ts';
import type { ClientKeyring } from './oauth/client/client-keys.ts';
import type { SoftwareIssuers } from './oauth/client/software-issuers.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { PolicyBook } from './policy/policy-book.ts';
import type { Secrets } from './secrets.ts';
import type { ServiceBook } from './service/service-book.ts';
import type { Clock } from './services/clock.ts';
import type { Log } from './services/log.ts';
import type { Pace } from './services/pace.ts';
import type { Random } from './services/random.ts';
import type { TenantDirectory } from './tenant/tenant-directory.ts';
import type { Throttle } from './throttle/throttle.ts';

/** All that a flow may lean on; there is nothing global. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly store: Store;
  readonly keys: KeyKeeper;
  readonly tenants: TenantDirectory;
  /** The tenant at whose own host this is; null: the address of the installation (`tenant/address.ts`). */
  readonly hostTenant: TenantId | null;
  /** The clients that are served here. */
  readonly clients: ClientBook;
  readonly clientsAnywhere: ClientBook;
  /** The services that sign their requests here. */
  readonly serviceBook: ServiceBook;
  readonly servicesAnywhere: ServiceBook;
  /** What services hear from Argus. */
  readonly feed: Feed;
  /** What services report of sessions, as it comes. */
  readonly activity: ActivityStream;
  readonly clientKeys: ClientKeyring;
  readonly dpopNonces: DpopNonces;
  /** How Argus calls what administrators of tenants name. */
  readonly outbound: Outbound;
  /** The providers that people come from. */
  readonly upstreams: Upstreams;
  readonly software: SoftwareIssuers;
  readonly passwords: PasswordHasher;
  readonly commonPasswords: Blocklist;
  /** Null when the operator named nobody to ask. */
  readonly breachedPasswords: BreachedRange | null;
  readonly secrets: Secrets;
  /** Where mail leaves. Flows do not send: they leave mail in the outbox of their commit (`mailChange`). */
  readonly mail: MailTransport;
  readonly metrics: Metrics;
  readonly throttle: Throttle;
  readonly pace: Pace;
  /** What proves models of authenticators; null when none is installed. */
  readonly passkeyMetadata: Metadata | null;
  /** SHA-256 in hex of the key that operators on this machine show. */
  readonly operatorKeyHash: string;
  /** What administrators decided. */
  readonly policies: PolicyBook;
}

/** Give drafts their id and time. */
export function stamp(
  { random }: Pick<Services, 'random'>,
  at: number,
  drafts: readonly EventDraft[],
): AuditEvent[] {
  return drafts.map((draft) => ({ ...draft, id: random.uuid(), at }));
}
