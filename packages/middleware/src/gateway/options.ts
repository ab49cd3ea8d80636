import type { KeyObject } from 'node:crypto';
import type { Clock, Random, SigningAlgorithm } from '@argus/tokens';
import type { Requirement } from '../requirement.ts';
import type { ProtectOptions } from '../settings.ts';

/** What a route asks beyond a signed-in person; `{}` asks for no more than that. */
export type GatewayRequirement = Omit<Requirement, 'kind'>;

/** The private key of a client that proves itself by `private_key_jwt` (OIDC Core §9). */
export interface ClientKey {
  readonly key: KeyObject;
  readonly algorithm: SigningAlgorithm;
  /** As in the client's JWKS; may be left out where that has one key. */
  readonly kid?: string;
}

export interface GatewayOptions {
  /** Argus's public origin, exactly as tokens name it (`ARGUS_ISSUER`); browsers are led there. */
  readonly issuer: string;
  /** Where this server reaches Argus, if not at the issuer. */
  readonly argusUrl?: string;
  /** A confidential client of Argus: `redirectUris` has `{origin}{basePath}/callback`. */
  readonly clientId: string;
  /** One of `clientSecret` (`client_secret_basic`) and `clientKey` (`private_key_jwt`). */
  readonly clientSecret?: string;
  readonly clientKey?: ClientKey;
  /** The origin under which browsers see this application. Nothing of a request is believed about it. */
  readonly origin: string;
  /** At least 32 characters of chance. Of several the first encrypts and all decrypt, so that it can be replaced. */
  readonly cookieSecret: string | readonly string[];
  /** What is asked for beside `openid`; default `profile email`. */
  readonly scopes?: readonly string[];
  /** The API that access tokens are for (RFC 8707), where the application calls one. */
  readonly resource?: string;
  /** The only tenant whose people count; default `default`. */
  readonly tenant?: string;
  /** Under which path the gateway answers by itself; default `/auth`. */
  readonly basePath?: string;
  /** Asked of every request that is not the gateway's own; left out, people who are not signed in pass, too. */
  readonly requires?: GatewayRequirement;
  /** Further origins whose pages may send unsafe requests with the cookies. */
  readonly allowedOrigins?: readonly string[];
  /** Where people arrive who signed out at Argus, too: a path that is registered with the client; default `/`. */
  readonly signedOutPath?: string;
  /**
   * Whether every refresh counts as activity of the person (`requests`, the default), or only page loads and what the
   * page reports (`reported`), as with the browser client, so that a page that polls keeps nobody signed in.
   */
  readonly activity?: 'requests' | 'reported';
  /**
   * How long a request with a just replaced cookie gets the successor from memory, at most 60; default 10, as long as
   * Argus itself forgives a lost reply.
   */
  readonly replacedSeconds?: number;
  /** The largest form that waits for a step-up, in bytes; default 2,048, at most 2,500. */
  readonly keptFormBytes?: number;
  /** All cookies of a session together; more is a fault. Default 10,240. */
  readonly mostCookieBytes?: number;
  /** For one call to Argus; default 5,000. */
  readonly timeoutMs?: number;
  /** Forgiven difference to Argus's clock, at most 60; default 5. */
  readonly clockSkewSeconds?: number;
  /** The link to Argus (`connectArgus`): what ended there is refused in every process within a second. */
  readonly argus?: ProtectOptions['argus'];
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  readonly random?: Pick<Random, 'bytes'>;
}
