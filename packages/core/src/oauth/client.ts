import type {
  ClientAuthMethod,
  ClientId,
  ClientSettings,
  ClientSource,
  ClientStatus,
  GrantId,
  Instant,
  ResourceId,
  ResourceSettings,
  TenantId,
} from '@argus/contract';

import type { ClientPolicy } from '../policy/policy.ts';

/** An application that people or itself hold grants through (RFC 6749 §1.1). */
export interface Client {
  readonly id: ClientId;
  readonly tenant: TenantId;
  readonly status: ClientStatus;
  readonly settings: ClientSettings;
  /** HMAC-SHA256 of its secret under a key of the installation; null when it has none. */
  readonly secretHash: Uint8Array | null;
  /** Names what it holds for itself (`client_credentials`), in the tokens' `gid`. */
  readonly ownGrantId: GrantId;
  readonly source: ClientSource;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
}

/** An API that access tokens are issued for. */
export interface Resource {
  readonly id: ResourceId;
  readonly tenant: TenantId;
  readonly settings: ResourceSettings;
}

/**
 * A client as policy lets it be: what policy demands of every client is demanded of this one, whatever it registered, and
 * a public one may use no grant where only confidential ones are let in.
 */
export function clientUnder(
  client: Client,
  { requirePar, requireDpop, confidentialOnly }: ClientPolicy,
): Client {
  const { settings } = client;
  const isShut = confidentialOnly && settings.type === 'public';
  if (!requirePar && !requireDpop && !isShut) return client;
  return {
    ...client,
    settings: {
      ...settings,
      requiresPar: settings.requiresPar || requirePar,
      requiresDpop: settings.requiresDpop || requireDpop,
      grantTypes: isShut ? [] : settings.grantTypes,
    },
  };
}

/** RFC 7591 §2: what holds when nothing was declared. */
export function authMethodOf({ authMethod, type }: ClientSettings): ClientAuthMethod {
  return authMethod ?? (type === 'public' ? 'none' : 'client_secret_basic');
}

/**
 * Whether a client may prove itself so. One method a client, for whoever learned a secret must not get by with it where
 * a key is demanded (RFC 9700 §2.5); where none was chosen a secret may come in either of its two ways, since libraries
 * differ in which they take first.
 */
export function mayProveBy(settings: ClientSettings, method: ClientAuthMethod): boolean {
  if (settings.authMethod !== undefined || settings.type === 'public')
    return method === authMethodOf(settings);
  return method === 'client_secret_basic' || method === 'client_secret_post';
}

/** Whether only the holder of a key may use its tokens (RFC 9449; FAPI 2.0 §5.3.2.1). */
export function demandsDpop({ requiresDpop, profile }: ClientSettings): boolean {
  return requiresDpop || profile === 'fapi2';
}
