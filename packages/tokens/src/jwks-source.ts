import type { Instant } from '@argus/contract';
import type { KeyUse, SigningAlgorithm, VerificationKey } from './algorithm.ts';
import { readBounded } from './bounded-body.ts';
import { TokensFault } from './fault.ts';
import { type ForeignKeys, fitting } from './foreign-keys.ts';
import type { ImportedKey, JwkRejection } from './jwk.ts';
import { importJwks } from './jwks.ts';
import type { KeyFinder } from './jwt.ts';
import type { Clock } from './services/clock.ts';
import { parseStrictObject } from './strict-json.ts';

export interface JwksSourceOptions {
  /** `https:`, or `http:` on loopback. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Between two fetches that nobody asked for by `refresh`, whatever their outcome; default 30. */
  readonly cooldownSeconds?: number;
  /**
   * For issuers other than Argus: keys by these algorithms and no others, also keys that do not say theirs (a key of
   * two takes the first here, unless the signature says the other) or have no name.
   */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** What its keys may prove; default access tokens and whatever is signed with them. */
  readonly use?: KeyUse;
  /** A set with more keys is refused whole; default 20. */
  readonly maxKeys?: number;
  /** For the whole answer; default 5,000. */
  readonly timeoutMs?: number;
  /** After this, a look-up also fetches in the background, so that withdrawn keys are forgotten; default 300. */
  readonly refreshAfterSeconds?: number;
}

export type JwksFailure = 'unreachable' | 'bad-status' | 'too-large' | 'malformed' | 'no-usable-key';

export interface JwksState {
  readonly keys: number;
  readonly fetchedAt: Instant | null;
  readonly triedAt: Instant | null;
  /** Of the last attempt; null when it succeeded or none was made. */
  readonly failure: JwksFailure | null;
  readonly rejections: readonly JwkRejection[];
}

/**
 * The keys of one issuer, cached. Keys once fetched stay in use while the issuer cannot be reached or answers
 * with something unusable; only a good answer replaces them.
 */
export interface JwksSource extends KeyFinder, ForeignKeys {
  /** From memory; begins a background fetch when the set has grown old. So does `candidates`. */
  find(kid: string): VerificationKey | undefined;
  /**
   * The key, after one fetch (shared by all who wait) if it is unknown and the cool-down is over. Without a name, the
   * same until some set is known. Never throws.
   */
  load(kid: string | undefined): Promise<VerificationKey | undefined>;
  /** Fetches now, past the cool-down: for word from the issuer itself that its keys changed. Never throws. */
  refresh(): Promise<void>;
  /** For metrics and readiness. */
  state(): JwksState;
}

interface Limits {
  readonly cooldownMs: number;
  readonly refreshAfterMs: number;
  readonly maxKeys: number;
  readonly timeoutMs: number;
}

interface Cache {
  keys: ReadonlyMap<string, VerificationKey>;
  all: readonly ImportedKey[];
  fetchedAt: Instant | null;
  triedAt: Instant | null;
  failure: JwksFailure | null;
  rejections: readonly JwkRejection[];
  inFlight: Promise<void> | null;
}

const longestBody = 65_536;

/** Makes a source that has fetched nothing yet. Throws a fault for a URL that others could answer for. */
export function createJwksSource(options: JwksSourceOptions): JwksSource {
  const url = safeUrl(options.url);
  const limits = limitsOf(options);
  const cache: Cache = {
    keys: new Map(),
    all: [],
    fetchedAt: null,
    triedAt: null,
    failure: null,
    rejections: [],
    inFlight: null,
  };
  const refresh = () => {
    cache.inFlight ??= fetchInto(cache, url, { ...options, ...limits }).finally(() => {
      cache.inFlight = null;
    });
    return cache.inFlight;
  };
  const isCool = () => cache.triedAt === null || options.clock.now() - cache.triedAt >= limits.cooldownMs;
  const isOld = () =>
    cache.fetchedAt !== null && options.clock.now() - cache.fetchedAt >= limits.refreshAfterMs;
  const renew = () => {
    if (cache.inFlight === null && isOld() && isCool()) void refresh();
  };
  const find = (kid: string | undefined) => {
    renew();
    return kid === undefined ? undefined : cache.keys.get(kid);
  };
  const load = async (kid: string | undefined) => {
    const known = find(kid);
    if (known !== undefined || (kid === undefined && cache.all.length > 0)) return known;
    if (cache.inFlight !== null || isCool()) await refresh();
    return find(kid);
  };
  const candidates: ForeignKeys['candidates'] = (algorithm, kid) => {
    renew();
    return fitting(cache.all, algorithm, kid);
  };
  return { find, load, candidates, refresh, state: () => stateOf(cache) };
}

type Fetching = Pick<JwksSourceOptions, 'fetch' | 'clock' | 'algorithms' | 'use'> & Limits;

/** Never rejects: an issuer that is down is an expected state, and `failure` says so. */
async function fetchInto(cache: Cache, url: string, options: Fetching): Promise<void> {
  cache.triedAt = options.clock.now();
  const document = await fetchDocument(url, options);
  const imported =
    typeof document === 'string' ? document : importJwks(document, options.maxKeys, options.algorithms);
  if (typeof imported === 'string') cache.failure = imported;
  else if (imported === undefined) cache.failure = 'malformed';
  else {
    cache.rejections = imported.rejections;
    // A set without one usable key is a mistake at the issuer, not its wish to stop.
    cache.failure = imported.all.length === 0 ? 'no-usable-key' : null;
    if (cache.failure !== null) return;
    cache.keys = forUse(imported.keys, options.use);
    cache.all = imported.all;
    cache.fetchedAt = options.clock.now();
  }
}

function forUse(
  keys: ReadonlyMap<string, VerificationKey>,
  use: KeyUse = 'access',
): ReadonlyMap<string, VerificationKey> {
  if (use === 'access') return keys;
  return new Map([...keys].map(([kid, key]) => [kid, { ...key, use }]));
}

async function fetchDocument(url: string, options: Fetching): Promise<Record<string, unknown> | JwksFailure> {
  try {
    const response = await options.fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      // A redirect could name a host that configuration never did.
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return 'bad-status';
    }
    const body = await readBounded(response, longestBody);
    return body === undefined ? 'too-large' : (parseStrictObject(body) ?? 'malformed');
  } catch {
    return 'unreachable';
  }
}

function stateOf(cache: Cache): JwksState {
  const { fetchedAt, triedAt, failure, rejections } = cache;
  return { keys: cache.all.length, fetchedAt, triedAt, failure, rejections };
}

function limitsOf(options: JwksSourceOptions): Limits {
  const { cooldownSeconds = 30, refreshAfterSeconds = 300, maxKeys = 20, timeoutMs = 5000 } = options;
  return {
    cooldownMs: cooldownSeconds * 1000,
    refreshAfterMs: refreshAfterSeconds * 1000,
    maxKeys,
    timeoutMs,
  };
}

function safeUrl(text: string): string {
  const url = URL.parse(text);
  const isLoopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  if (url === null || !isSafe || url.username !== '' || url.password !== '') {
    throw new TokensFault('a JWKS is fetched from an https URL, or from http on loopback');
  }
  return url.href;
}
