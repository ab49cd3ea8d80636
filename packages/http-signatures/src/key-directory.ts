import type { SignatureKey } from './algorithms.ts';
import type { Refused } from './rejection.ts';

/** Where a peer publishes the keys it signs with, and as what. */
export const keyDirectoryPath = '/.well-known/http-message-signatures-directory';
export const keyDirectoryMediaType = 'application/http-message-signatures-directory+json';

export const directoryRejections = [
  'too-long',
  'malformed',
  'too-many-keys',
  'secret',
  'repeated-keyid',
] as const;

export type DirectoryRejection = (typeof directoryRejections)[number];

export type KeyDirectory =
  | { readonly ok: true; readonly keys: readonly SignatureKey[] }
  | Refused<DirectoryRejection>;

/** A public key as the directory shows it. */
export interface DirectoryJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
  readonly n?: string;
  readonly e?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
}

export function parseKeyDirectory(json: string): KeyDirectory {
  throw new Error(`not built yet: ${json.length}`);
}

export function keyDirectoryOf(keys: readonly SignatureKey[]): { readonly keys: readonly DirectoryJwk[] } {
  throw new Error(`not built yet: ${keys.length}`);
}
