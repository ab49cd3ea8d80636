import { signingAlgorithms } from '@argus/contract';
import type { Provider } from '@argus/core';
import { createJwksSource, type JwksSource } from '@argus/tokens';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  clockSkew,
  customFetch,
  discovery,
  None,
  type ServerMetadata,
} from 'openid-client';
import type { Outbound } from '../outbound/outbound.ts';
import { type Clock, systemClock } from '../services/clock.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { presets } from './presets/index.ts';
import { askUpstream, isUpstreamFailure, refusedThere, type UpstreamFailure } from './upstream-failure.ts';

/** What a provider says of itself. */
export interface Upstream {
  readonly metadata: ServerMetadata;
  /** Null for a provider without ID tokens. */
  readonly keys: JwksSource | null;
  /** The library's view of it, as the client that Argus is there. */
  configure(secret: string | null): Promise<Configuration>;
}

/** The providers that people come from, as they last described themselves. */
export interface Upstreams {
  /** At most an hour old; older only while the provider cannot be asked. */
  find(provider: Provider): Promise<Upstream | UpstreamFailure>;
}

export interface UpstreamsOptions {
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** For each answer; default 5. */
  readonly timeoutSeconds?: number;
}

interface Entry {
  found: Upstream | null;
  foundAt: number;
  failure: UpstreamFailure | null;
  triedAt: number;
  inFlight: Promise<Upstream | UpstreamFailure> | null;
}

const keptMs = 3_600_000;
/** Between two tries while a provider is down. */
const coolDownMs = 5_000;
const most = 500;

export function openUpstreams(options: UpstreamsOptions): Upstreams {
  const entries = new Map<string, Entry>();
  return {
    async find(provider) {
      const entry = entryOf(entries, provider);
      const now = options.clock.now();
      if (entry.found && isWithin(now - entry.foundAt, keptMs)) return entry.found;
      if (entry.failure && !entry.inFlight && isWithin(now - entry.triedAt, coolDownMs))
        return entry.found ?? entry.failure;
      entry.inFlight ??= look(entry, provider, options).finally(() => {
        entry.inFlight = null;
      });
      return entry.inFlight;
    },
  };
}

/** A clock that was set back must not keep anything for longer. */
function isWithin(age: number, most: number): boolean {
  return age >= 0 && age < most;
}

function entryOf(entries: Map<string, Entry>, { tenant, id, changedAt }: Provider): Entry {
  const key = `${tenant} ${id} ${changedAt}`;
  const entry = entries.get(key) ?? { found: null, foundAt: 0, failure: null, triedAt: 0, inFlight: null };
  entries.delete(key);
  entries.set(key, entry);
  const [oldest] = entries.keys();
  if (entries.size > most && oldest !== undefined) entries.delete(oldest);
  return entry;
}

async function look(
  entry: Entry,
  provider: Provider,
  options: UpstreamsOptions,
): Promise<Upstream | UpstreamFailure> {
  entry.triedAt = options.clock.now();
  const seen = await describe(provider, options, entry.found);
  if (isUpstreamFailure(seen)) {
    entry.failure = seen;
    return entry.found ?? seen;
  }
  Object.assign(entry, { found: seen, foundAt: options.clock.now(), failure: null });
  return seen;
}

async function describe(
  provider: Provider,
  options: UpstreamsOptions,
  before: Upstream | null,
): Promise<Upstream | UpstreamFailure> {
  const { settings } = provider;
  const known = presets[settings.preset].metadata?.(settings);
  const fetching = guardedFetch(options.outbound);
  if (known) {
    const configure = async (secret: string | null) =>
      tuned(
        new Configuration(known, settings.clientId, clientOf(options), authOf(known, secret)),
        fetching,
        options,
      );
    return { metadata: known, keys: null, configure };
  }
  const remembered = rememberingFetch(fetching);
  const configure = (secret: string | null) => discover(provider, options, { fetching: remembered, secret });
  const found = await askUpstream(() => configure(null));
  if (isUpstreamFailure(found)) return found;
  const metadata = found.serverMetadata();
  const mistake = mistakeOf(provider, metadata, options);
  if (mistake) return mistake;
  return { metadata, keys: keysOf(metadata, options, before), configure };
}

/** The library discovers anew for each use, from the document that was fetched once: all of its checks run each time. */
function rememberingFetch(fetching: CustomFetch): CustomFetch {
  let document: string | null = null;
  return async (url, init) => {
    if (!url.endsWith('/.well-known/openid-configuration')) return fetching(url, init);
    if (document !== null) return new Response(document, { headers: { 'content-type': 'application/json' } });
    const response = await fetching(url, init);
    if (response.status === 200) document = await response.clone().text();
    return response;
  };
}

interface Discovery {
  readonly fetching: CustomFetch;
  readonly secret: string | null;
}

async function discover(
  { settings }: Provider,
  options: UpstreamsOptions,
  { fetching, secret }: Discovery,
): Promise<Configuration> {
  const issuer = new URL(settings.issuer);
  // Which way the client proves itself follows from the very document that is being read.
  const auth: ClientAuth = (server, client, body, headers) =>
    authOf(server, secret)(server, client, body, headers);
  return discovery(issuer, settings.clientId, clientOf(options), auth, {
    [customFetch]: fetching,
    timeout: options.timeoutSeconds ?? 5,
    ...(issuer.protocol === 'http:' ? { execute: [allowInsecureRequests] } : {}),
  });
}

function tuned(
  configuration: Configuration,
  fetching: CustomFetch,
  { timeoutSeconds = 5 }: UpstreamsOptions,
) {
  configuration[customFetch] = fetching;
  configuration.timeout = timeoutSeconds;
  // `guardedFetch` judges every address by itself, and more strictly.
  allowInsecureRequests(configuration);
  return configuration;
}

/** The library asks the system for the time; this is how far Argus's own clock is from that. */
function clientOf({ clock }: UpstreamsOptions) {
  return { [clockSkew]: Math.round((clock.now() - systemClock.now()) / 1000) };
}

/** Without a word of the provider the basic scheme is right (OIDC Discovery §3), but form fields leave less to misread. */
function authOf({ token_endpoint_auth_methods_supported: methods }: ServerMetadata, secret: string | null) {
  if (secret === null) return None();
  return methods?.includes('client_secret_post') ? ClientSecretPost(secret) : ClientSecretBasic(secret);
}

const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

/** What was discovered must speak for the issuer that was declared, and lead nowhere unsafe. */
function mistakeOf(
  { settings }: Provider,
  metadata: ServerMetadata,
  { outbound }: UpstreamsOptions,
): UpstreamFailure | null {
  const { speaksFor } = presets[settings.preset];
  const isRight = speaksFor ? speaksFor(settings, metadata.issuer) : metadata.issuer === settings.issuer;
  if (!isRight) return refusedThere('wrong-issuer');
  const isSafe = (address: unknown) => {
    const target = typeof address === 'string' ? URL.parse(address) : null;
    return target !== null && outbound.mistakeIn(target) === null;
  };
  return needed.every((name) => isSafe(metadata[name])) ? null : refusedThere('unsafe-address');
}

/** Keys stay in use over a new look at the same place, so that none is fetched twice. */
function keysOf({ jwks_uri: uri = '' }: ServerMetadata, options: UpstreamsOptions, before: Upstream | null) {
  if (before?.keys && before.metadata.jwks_uri === uri) return before.keys;
  return createJwksSource({
    url: uri,
    fetch: options.outbound.fetch,
    clock: options.clock,
    algorithms: signingAlgorithms,
  });
}
