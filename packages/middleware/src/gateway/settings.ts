import { hkdfSync } from 'node:crypto';
import { assertSigns, type Clock, type MasterKey, masterKeyOf, type Random } from '@argus/tokens';
import { ProtectionFault } from '../fault.ts';
import { systemClock } from '../services/clock.ts';
import { systemRandom } from '../services/random.ts';
import { type Settings, settingsOf } from '../settings.ts';
import type { ClientKey, GatewayOptions } from './options.ts';
import { localPath } from './return-to.ts';

export type ClientProof =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'key'; readonly key: ClientKey };

export interface GatewaySettings {
  readonly issuer: string;
  readonly argusUrl: string;
  readonly clientId: string;
  readonly proof: ClientProof;
  readonly origin: string;
  /** The first seals, all open. */
  readonly cookieKeys: readonly [MasterKey, ...MasterKey[]];
  /** RFC 6749 §3.3. */
  readonly scope: string;
  readonly resource: string | null;
  readonly basePath: string;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly signedOutPath: string;
  readonly activity: 'requests' | 'reported';
  readonly replacedMs: number;
  readonly keptFormBytes: number;
  readonly mostCookieBytes: number;
  readonly timeoutMs: number;
  readonly clockSkewSeconds: number;
  /** How access tokens are judged. */
  readonly access: Settings;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
}

const shortestSecret = 32;
const mostSecrets = 8;
/** Encrypted and written in base64url, a form of this size still fits a cookie of 4,096 bytes with what belongs to it. */
const mostKeptFormBytes = 2500;

/** Options judged once, at start. Throws a fault that says what to change. */
export function gatewaySettingsOf(options: GatewayOptions): GatewaySettings {
  const { issuer, clock = systemClock, random = systemRandom } = options;
  const origin = originOf(options.origin);
  const argusUrl = plainUrl(options.argusUrl ?? issuer, 'argusUrl');
  const access = settingsOf({
    issuer,
    // Tokens with the scope `openid` are always good for userinfo too, whatever API they are for besides.
    audience: `${plainUrl(issuer, 'issuer')}/oauth/userinfo`,
    ...(options.tenant !== undefined && { tenant: options.tenant }),
    allowedOrigins: [origin, ...(options.allowedOrigins ?? [])],
    jwksUrl: `${argusUrl}/.well-known/jwks.json`,
    clockSkewSeconds: options.clockSkewSeconds ?? 5,
    ...(options.argus && { argus: options.argus }),
    fetch: options.fetch ?? fetch,
    clock,
  });
  return {
    issuer,
    argusUrl,
    clientId: clientIdOf(options.clientId),
    proof: proofOf(options),
    origin,
    cookieKeys: cookieKeysOf(options.cookieSecret),
    scope: [...new Set(['openid', ...(options.scopes ?? ['profile', 'email'])])].join(' '),
    resource: options.resource ?? null,
    basePath: basePathOf(options.basePath ?? '/auth'),
    allowedOrigins: new Set([origin, ...(options.allowedOrigins ?? [])]),
    signedOutPath: signedOutPathOf(options.signedOutPath ?? '/', origin),
    activity: options.activity ?? 'requests',
    replacedMs: within(options.replacedSeconds ?? 10, 0, 60, 'replacedSeconds') * 1000,
    keptFormBytes: within(options.keptFormBytes ?? 2048, 0, mostKeptFormBytes, 'keptFormBytes'),
    mostCookieBytes: within(options.mostCookieBytes ?? 10_240, 2048, 65_536, 'mostCookieBytes'),
    timeoutMs: within(options.timeoutMs ?? 5000, 1, 60_000, 'timeoutMs'),
    clockSkewSeconds: access.clockSkewSeconds,
    access,
    fetch: access.fetch,
    clock,
    random,
  };
}

function proofOf({ clientSecret, clientKey }: GatewayOptions): ClientProof {
  if (clientKey !== undefined && clientSecret === undefined) {
    assertSigns(clientKey);
    return { kind: 'key', key: clientKey };
  }
  if (clientSecret === undefined || clientSecret === '' || clientKey !== undefined) {
    throw new ProtectionFault('the gateway proves itself by one of clientSecret and clientKey');
  }
  return { kind: 'secret', secret: clientSecret };
}

/** RFC 5869: what is typed in is no key yet, and the same text may serve other ends elsewhere. */
function cookieKeysOf(secret: GatewayOptions['cookieSecret']): GatewaySettings['cookieKeys'] {
  const secrets = typeof secret === 'string' ? [secret] : [...secret];
  if (secrets.length > mostSecrets || secrets.some((each) => each.length < shortestSecret)) {
    throw new ProtectionFault(
      `cookieSecret is 1 to ${mostSecrets} texts of at least ${shortestSecret} characters`,
    );
  }
  const [first, ...others] = secrets.map((each) => {
    const key = hkdfSync('sha256', each, Buffer.alloc(0), 'argus session gateway, cookies, 1', 32);
    return masterKeyOf(new Uint8Array(key));
  });
  if (first === undefined) throw new ProtectionFault('cookieSecret is missing');
  return [first, ...others];
}

function clientIdOf(clientId: string): string {
  if (!/^[\w.~-]{1,128}$/.test(clientId)) throw new ProtectionFault('clientId is not one of Argus');
  return clientId;
}

function originOf(text: string): string {
  const url = URL.parse(text);
  if (url?.origin !== text || !/^https?:$/.test(url.protocol)) {
    throw new ProtectionFault('origin must be an exact origin such as https://app.example');
  }
  return text;
}

function plainUrl(text: string, name: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new ProtectionFault(`${name} must be an http(s) URL without query and fragment`);
  }
  return text.replace(/\/$/, '');
}

function basePathOf(path: string): string {
  if (!/^(?:\/[\w.~-]+)+$/.test(path)) throw new ProtectionFault('basePath must be a path such as /auth');
  return path;
}

function signedOutPathOf(path: string, origin: string): string {
  if (localPath(path, origin) !== path)
    throw new ProtectionFault('signedOutPath must be a path of this host');
  return path;
}

function within(value: number, least: number, most: number, ...[name]: [string]): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new ProtectionFault(`${name} must be a whole number from ${least} to ${most}`);
}
