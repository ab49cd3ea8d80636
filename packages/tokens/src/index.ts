import type { KeyObject } from 'node:crypto';
import type { Instant } from '@argus/contract';

/** Interface first: the bodies land in the sub-files named in the architecture page. */
export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA';
export type KeyAlgorithm = SigningAlgorithm | 'HS256';
export type KeyUse = 'access' | 'refresh';

export interface Clock {
  now(): Instant;
}
export interface Random {
  bytes(size: number): Uint8Array;
  uuid(): string;
}
export interface MasterKey {
  readonly key: KeyObject;
}
export interface KeyRecord {
  readonly kid: string;
  readonly use: KeyUse;
  readonly algorithm: KeyAlgorithm;
  readonly publishedAt: Instant;
  readonly signsFromAt: Instant;
  readonly signsUntilAt: Instant | null;
  readonly removeAfterAt: Instant | null;
  readonly sealed: Uint8Array;
}
export interface KeySpec {
  readonly use: KeyUse;
  readonly algorithm: KeyAlgorithm;
  readonly rsaBits?: number;
  readonly publishedAt: Instant;
  readonly signsFromAt: Instant;
}
export interface VerificationKey {
  readonly kid: string;
  readonly use: KeyUse;
  readonly algorithm: KeyAlgorithm;
  readonly removeAfterAt: Instant | null;
}
export interface RingKey extends VerificationKey {
  readonly publishedAt: Instant;
  readonly signsFromAt: Instant;
  readonly signsUntilAt: Instant | null;
}
export interface KeyFinder {
  find(kid: string): VerificationKey | undefined;
}
export interface KeyRing extends KeyFinder {
  signing(use: KeyUse, now: Instant): RingKey;
  find(kid: string): RingKey | undefined;
  jwks(now: Instant): { keys: JsonWebKey[] };
}
export interface KeySchedule {
  readonly accessAlgorithm: SigningAlgorithm;
  readonly rotateEverySeconds: number;
  readonly jwksCacheSeconds: number;
  readonly longestTokenSeconds: Readonly<Record<KeyUse, number>>;
  /** Starts a rotation now, still publishing before signing. */
  readonly force?: boolean;
}
export type KeyPlan = Pick<KeySpec, 'use' | 'algorithm' | 'publishedAt' | 'signsFromAt'>;
export interface RotationPlan {
  readonly create: KeyPlan[];
  readonly change: { kid: string; signsUntilAt: Instant; removeAfterAt: Instant }[];
  readonly remove: string[];
}
export interface AccessClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  readonly sid: string;
  readonly gid: string;
  readonly sct: number;
  readonly scope: string;
  readonly amr: string[];
  readonly acr: string;
  readonly auth_time: number;
  readonly tenant: string;
  readonly roles: string[];
  readonly cnf?: { jkt: string };
}
export interface RefreshClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly tenant: string;
  readonly sid: string;
  readonly gid: string;
  readonly gen: number;
  readonly client_id: string;
  readonly amr: string[];
  readonly auth_time: number;
}
export type TokenRejection =
  | 'too-long'
  | 'malformed'
  | 'unknown-key'
  | 'wrong-algorithm'
  | 'bad-signature'
  | 'wrong-type'
  | 'bad-claims'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'expired'
  | 'not-yet-valid';
export type Verified<C> =
  | { readonly ok: true; readonly claims: C }
  | { readonly ok: false; readonly rejection: TokenRejection; readonly claims?: C };
export interface AccessExpectation {
  readonly issuer: string;
  readonly audience: string | readonly string[];
  readonly now: Instant;
  readonly skewSeconds?: number;
}
export interface RefreshExpectation {
  readonly issuer: string;
  readonly now: Instant;
}
export interface JwksSource extends KeyFinder {
  /** The key, fetching the set when it is not cached and the cool-down allows it. */
  load(kid: string): Promise<VerificationKey | undefined>;
  /** Fetches now, past the cool-down; single flight. */
  refresh(): Promise<void>;
}
export interface JwksSourceOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly cooldownSeconds?: number;
  readonly maxKeys?: number;
  readonly timeoutMs?: number;
  readonly refreshAfterSeconds?: number;
}

function unbuilt(..._taken: unknown[]): never {
  throw new Error('not built yet');
}
export const masterKeyOf: (bytes: Uint8Array) => MasterKey = unbuilt;
export const seal: (
  masterKey: MasterKey,
  plaintext: Uint8Array,
  context: string,
  random: Random,
) => Uint8Array = unbuilt;
export const unseal: (masterKey: MasterKey, sealed: Uint8Array, context: string) => Uint8Array = unbuilt;
export const generateKey: (spec: KeySpec, masterKey: MasterKey, random: Random) => Promise<KeyRecord> =
  unbuilt;
export const openKeyRing: (records: readonly KeyRecord[], masterKey: MasterKey) => KeyRing = unbuilt;
export const planRotation: (
  records: readonly KeyRecord[],
  schedule: KeySchedule,
  now: Instant,
) => RotationPlan = unbuilt;
export const issueAccessToken: (ring: KeyRing, claims: AccessClaims, now: Instant) => Promise<string> =
  unbuilt;
export const issueRefreshToken: (ring: KeyRing, claims: RefreshClaims, now: Instant) => string = unbuilt;
export const verifyAccessToken: (
  keys: KeyFinder,
  token: string,
  expect: AccessExpectation,
) => Verified<AccessClaims> = unbuilt;
export const verifyRefreshToken: (
  keys: KeyFinder,
  token: string,
  expect: RefreshExpectation,
) => Verified<RefreshClaims> = unbuilt;
export const refreshTokenId: (grantSecret: Uint8Array, generation: number) => string = unbuilt;
export const equalInConstantTime: (a: string, b: string) => boolean = unbuilt;
export const createJwksSource: (options: JwksSourceOptions) => JwksSource = unbuilt;
export const thumbprint: (jwk: JsonWebKey) => string = unbuilt;
