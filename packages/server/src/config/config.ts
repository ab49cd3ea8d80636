import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { Environment } from './env.ts';
import { type MailSettings, mailOf } from './mail.ts';
import { isNetwork, type OutboundSettings, outboundSettingsOf } from './outbound.ts';
import { type PasskeySettings, passkeysOf } from './passkeys.ts';
import { type PasswordSettings, passwordSettingsOf } from './passwords.ts';
import { type RegistrationSettings, registrationOf } from './registration.ts';
import { readTls, type Tls } from './tls.ts';

/** Everything an operator decides before the start, checked. */
export interface Config
  extends PasskeySettings,
    Partial<RegistrationSettings>,
    Partial<PasswordSettings>,
    Partial<OutboundSettings> {
  /** Public origin; `iss` of every token. */
  readonly issuer: string;
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** 32 bytes that encrypt secrets at rest; null: generated in the data directory. */
  readonly masterKey: Buffer | null;
  /** Origins whose pages may change state with cookies; the issuer is always one. */
  readonly origins: readonly string[];
  /** Addresses or networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Null: the embedded database. */
  readonly databaseUrl: string | null;
  readonly logLevel: string;
  /** How mail leaves, and from whom. */
  readonly mail: MailSettings;
  /** Serve https with this certificate; absent: plain http, behind a proxy or on loopback. */
  readonly tls?: Tls;
}

export type Judged =
  | { readonly config: Config; readonly mistakes?: never }
  | { readonly mistakes: readonly string[]; readonly config?: never };

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

/** Judge the whole environment at once, so that every mistake is reported in one go. */
export function judgeEnvironment(env: Environment): Judged {
  const mistakes: string[] = [];
  const port = portOf(env.port ?? '8100', mistakes);
  const tls = readTls({ cert: env.tlsCert, key: env.tlsKey }, mistakes);
  const scheme = tls ? 'https' : 'http';
  const issuer = originOf('ARGUS_ISSUER', env.issuer ?? `${scheme}://localhost:${port}`, mistakes);
  if (tls && issuer.startsWith('http:')) mistakes.push('ARGUS_ISSUER must use https when Argus serves https');
  const origins = listOf(env.origins).map((text) => originOf('ARGUS_ORIGINS', text, mistakes));
  const config: Config = {
    issuer,
    port,
    host: hostOf(env.host, issuer, mistakes),
    dataDir: resolve(env.dataDir ?? '.argus'),
    masterKey: masterKeyOf(env.masterKey, mistakes),
    origins: [...new Set([issuer, ...origins])],
    trustedProxies: listOf(env.trustedProxies).map((text) => networkOf(text, mistakes)),
    databaseUrl: databaseOf(env.databaseUrl, mistakes),
    logLevel: env.logLevel ?? 'info',
    mail: mailOf({ smtpUrl: env.smtpUrl, from: env.mailFrom, issuer: placeOf(issuer) }, mistakes),
    ...registrationOf(
      { registration: env.registration, statementIssuers: listOf(env.statementIssuers) },
      mistakes,
    ),
    ...passwordSettingsOf(
      { contextWords: listOf(env.contextWords), breachedPasswordsUrl: env.breachedPasswordsUrl },
      mistakes,
    ),
    ...outboundSettingsOf(listOf(env.privateUpstreams), mistakes),
    ...passkeysOf(
      {
        rpId: env.rpId,
        metadataFile: env.passkeyMetadata,
        rootsFile: env.passkeyMetadataRoots,
        hostname: placeOf(issuer)?.hostname ?? null,
      },
      mistakes,
    ),
    ...(tls ? { tls } : {}),
  };
  if (!logLevels.includes(config.logLevel))
    mistakes.push(`ARGUS_LOG_LEVEL must be one of ${logLevels.join(', ')}`);
  return mistakes.length > 0 ? { mistakes } : { config };
}

/** Loopback names are trustworthy origins even on plain http (W3C Secure Contexts §3.1). */
export function isLoopbackOrigin(origin: string): boolean {
  const { hostname } = new URL(origin);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '127.0.0.1' ||
    hostname === '[::1]'
  );
}

function placeOf(issuer: string): { hostname: string; isLoopback: boolean } | null {
  const url = URL.parse(issuer);
  return url && { hostname: url.hostname, isLoopback: isLoopbackOrigin(issuer) };
}

function portOf(text: string, mistakes: string[]): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  mistakes.push(`ARGUS_PORT must be a port number, not "${text}"`);
  return 0;
}

function originOf(name: string, text: string, mistakes: string[]): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, '')) {
    mistakes.push(`${name} must be an origin such as https://login.example, not "${text}"`);
    return text;
  }
  // Browsers keep __Host- cookies from plain http, so such an issuer could never sign anyone in.
  if (url.protocol === 'http:' && !isLoopbackOrigin(url.origin)) {
    mistakes.push(`${name} must use https unless its host is localhost: "${text}"`);
  }
  return url.origin;
}

function hostOf(text: string | undefined, issuer: string, mistakes: string[]): string {
  if (text === undefined) return URL.canParse(issuer) && !isLoopbackOrigin(issuer) ? '0.0.0.0' : '127.0.0.1';
  if (isIP(text) === 0 && text !== 'localhost')
    mistakes.push(`ARGUS_HOST must be an IP address to listen on, not "${text}"`);
  return text;
}

function masterKeyOf(text: string | undefined, mistakes: string[]): Buffer | null {
  if (text === undefined || text === '') return null;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length === 32) return bytes;
  mistakes.push('ARGUS_MASTER_KEY must be 32 bytes in base64url');
  return null;
}

function networkOf(text: string, mistakes: string[]): string {
  if (!isNetwork(text)) {
    mistakes.push(`ARGUS_TRUSTED_PROXIES must list addresses or networks such as 10.0.0.0/8, not "${text}"`);
  }
  return text;
}

function databaseOf(text: string | undefined, mistakes: string[]): string | null {
  if (text === undefined || text === '') return null;
  if (!/^postgres(ql)?:\/\//.test(text)) mistakes.push('DATABASE_URL must begin with postgres://');
  return text;
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
