import { defaultTenant } from '@argus/contract';
import { type Clock, type SigningAlgorithm, signingAlgorithms } from '@argus/tokens';
import { type DpopMode, type DpopOptions, type DpopSettings, dpopSettingsOf } from './dpop-settings.ts';
import { ProtectionFault } from './fault.ts';
import type { Argus } from './link/connect-argus.ts';
import type { PrincipalKind } from './principal.ts';
import type { Requirement } from './requirement.ts';
import { systemClock } from './services/clock.ts';
import type { CacheBounds } from './verified-tokens.ts';

export interface ProtectOptions extends Requirement {
  /** Whom the token lets act; default `person`, so that no handler meets a token without a user unprepared. */
  readonly kind?: PrincipalKind | 'any';
  /** Argus's public origin, exactly as tokens name it (`ARGUS_ISSUER`). `https:`, or `http:` on loopback. */
  readonly issuer: string;
  /** One of these must be the token's audience; default the issuer, as in Argus's own cookies. */
  readonly audience?: string | readonly string[];
  /** The only tenant whose tokens count; default `default`. */
  readonly tenant?: string;
  /** Algorithms of tokens that count; default all of Argus's. Each key is pinned to one of them anyway. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /**
   * Under which URL clients reach this API, as in `https://notes.example`, with the part of the path that a proxy
   * takes away. Needed for DPoP, whose proofs name the URL; no header of a request is believed about it.
   */
  readonly publicUrl?: string;
  /** Tokens bound to a key (RFC 9449): default `accepted` with `publicUrl`, else `refused`. */
  readonly dpop?: DpopMode | DpopOptions;
  /** Whether Argus's access cookie counts; default true. */
  readonly cookies?: boolean;
  /** Origins besides the issuer's whose pages may send unsafe requests with a cookie. */
  readonly allowedOrigins?: readonly string[];
  /** Names the protected space in challenges (RFC 9110 §11.5); default `argus`. */
  readonly realm?: string;
  /** Default `{issuer}/.well-known/jwks.json`. */
  readonly jwksUrl?: string;
  /** Forgiven difference to Argus's clock, at most 60; default 5, so that a clock a little slow takes fresh tokens. */
  readonly clockSkewSeconds?: number;
  /** Bounds of the cache of verified tokens; default 10,000 tokens and 32 MiB. */
  readonly cache?: Partial<CacheBounds>;
  /**
   * The link to Argus (`connectArgus`). With it, a token is refused within a second after its session, grant, person,
   * client or tenant ended, without a call per request. Without it, a token is good until its own expiry.
   */
  readonly argus?: Pick<Argus, 'revocations' | 'onKeysChanged' | 'state'>;
  /** Says in the header `Argus-Feed` of what is let in how the link is; for development. Default false. */
  readonly showsFeed?: boolean;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

export interface Settings {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly tenant: string;
  readonly algorithms: readonly SigningAlgorithm[];
  /** Null when the DPoP scheme is refused. */
  readonly dpop: DpopSettings | null;
  readonly cookies: boolean;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly realm: string;
  readonly jwksUrl: string;
  readonly clockSkewSeconds: number;
  readonly cache: CacheBounds;
  readonly argus: ProtectOptions['argus'] | null;
  readonly showsFeed: boolean;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

const mostSkewSeconds = 60;

/** Options judged once, at start. Throws a fault that says what to change. */
export function settingsOf(options: ProtectOptions): Settings {
  const issuer = URL.parse(options.issuer);
  if (issuer === null || !/^https?:$/.test(issuer.protocol) || issuer.search !== '' || issuer.hash !== '') {
    throw new ProtectionFault('issuer must be an http(s) URL without query and fragment');
  }
  const { clockSkewSeconds = 5, audience = options.issuer } = options;
  if (!(clockSkewSeconds >= 0 && clockSkewSeconds <= mostSkewSeconds)) {
    throw new ProtectionFault('clockSkewSeconds must lie between 0 and 60');
  }
  return {
    issuer: options.issuer,
    audience: audienceOf(audience),
    tenant: options.tenant ?? defaultTenant,
    algorithms: algorithmsOf(options.algorithms),
    dpop: dpopSettingsOf(options.dpop, options.publicUrl),
    cookies: options.cookies ?? true,
    allowedOrigins: new Set([issuer.origin, ...(options.allowedOrigins ?? []).map(exactOrigin)]),
    realm: printable(options.realm ?? 'argus'),
    jwksUrl: options.jwksUrl ?? `${options.issuer.replace(/\/$/, '')}/.well-known/jwks.json`,
    clockSkewSeconds,
    cache: boundsOf(options.cache),
    argus: options.argus ?? null,
    showsFeed: options.showsFeed ?? false,
    fetch: options.fetch ?? fetch,
    clock: options.clock ?? systemClock,
  };
}

function audienceOf(audience: string | readonly string[]): readonly string[] {
  const list = typeof audience === 'string' ? [audience] : [...audience];
  if (list.length === 0 || list.includes('')) throw new ProtectionFault('audience must not be empty');
  return list;
}

function algorithmsOf(algorithms: readonly SigningAlgorithm[] = signingAlgorithms) {
  const unknown = algorithms.find((name) => !signingAlgorithms.includes(name));
  if (algorithms.length === 0 || unknown !== undefined) {
    throw new ProtectionFault(`algorithms are some of ${signingAlgorithms.join(', ')}`);
  }
  return [...algorithms];
}

/** `https://App.example/` would silently match nothing, since browsers send `https://app.example`. */
function exactOrigin(text: string): string {
  if (URL.parse(text)?.origin !== text || text === 'null') {
    throw new ProtectionFault(`not an exact origin such as https://app.example: ${text}`);
  }
  return text;
}

/** RFC 9110 §5.6.4: what a quoted string can carry everywhere. A line break here would forge a header. */
function printable(realm: string): string {
  if (!/^[\x20-\x7e]+$/.test(realm)) throw new ProtectionFault('realm must be printable ASCII');
  return realm;
}

function boundsOf({ entries = 10_000, bytes = 33_554_432 }: Partial<CacheBounds> = {}): CacheBounds {
  for (const bound of [entries, bytes]) {
    if (!Number.isSafeInteger(bound) || bound < 0)
      throw new ProtectionFault('cache bounds are whole numbers');
  }
  return { entries, bytes };
}
