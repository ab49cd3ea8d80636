import type { KeyObject } from 'node:crypto';
import type { Instant } from '@argus/contract';
import { fitsAlgorithm, type KeyUse, type SigningAlgorithm, type VerificationKey } from './algorithm.ts';
import { TokensFault } from './fault.ts';
import { type PublicJwk, publicJwkOf } from './jwk.ts';
import { type KeyFinder, kindsOfUse, type TokenKind, tokenTypes } from './jwt.ts';
import type { KeyRecord } from './key-record.ts';
import type { KeySafe, KeyVault, Signer, VaultRecord } from './key-vault.ts';
import { openSealedKey, openSealedSecret, sealedVault, signerOf } from './sealed-vault.ts';

/** One opened key: parsed once, its headers written once. */
export interface RingKey extends VerificationKey {
  readonly publishedAt: Instant;
  readonly signsFromAt: Instant;
  readonly signsUntilAt: Instant | null;
  /** Null for a refresh key: it signs with the secret that it verifies with. */
  readonly signer: Signer | null;
  /** The base64url header of each kind of token this key signs. */
  readonly headers: ReadonlyMap<TokenKind, string>;
}

/** The installation's keys as they were when the ring was opened; open a new one when the records change. */
export interface KeyRing extends KeyFinder {
  /** The newest key that may sign at `now`, of any algorithm when none is named. Throws a fault when there is none. */
  signing(use: KeyUse, now: Instant, algorithm?: SigningAlgorithm): RingKey;
  find(kid: string): RingKey | undefined;
  /** RFC 7517 §5: every access key published and not yet removed, future signers included; never an HMAC key. */
  jwks(now: Instant): { keys: PublicJwk[] };
  /** The same of the keys for services; they are told apart from those of tokens by where they are published. */
  serviceKeys(now: Instant): { keys: PublicJwk[] };
  /** The newest key for services at `now`, for signatures that are no tokens. Throws a fault when there is none. */
  servicePrivateKey(now: Instant): { readonly kid: string; readonly privateKey: KeyObject };
}

/** Opens every record. Throws a fault when one was tampered with, does not fit its algorithm or repeats a name. */
export function openKeyRing(records: readonly KeyRecord[], safe: KeySafe): KeyRing {
  const vault = safe.vault ?? sealedVault(safe);
  const privateKeys = new Map<string, KeyObject>();
  const keys = new Map<string, RingKey>();
  for (const record of records) {
    if (keys.has(record.kid)) throw new TokensFault('two keys share one name');
    if (record.use === 'service') privateKeys.set(record.kid, openSealedKey(safe, record));
    keys.set(record.kid, openKey(record, { safe, vault, privateKey: privateKeys.get(record.kid) }));
  }
  const newestFirst = [...keys.values()].sort(newerFirst);
  const ofAccess = publishedKeys(newestFirst, 'access');
  const ofServices = publishedKeys(newestFirst, 'service');
  return {
    signing: (use, now, algorithm) => signerAt(newestFirst, now, { use, algorithm }),
    find: (kid) => keys.get(kid),
    servicePrivateKey(now) {
      const { kid } = signerAt(newestFirst, now, { use: 'service', algorithm: undefined });
      const privateKey = privateKeys.get(kid);
      if (privateKey === undefined) throw new TokensFault(`the key ${kid} is not in this process`);
      return { kid, privateKey };
    },
    jwks: (now) => ({ keys: ofAccess(now) }),
    serviceKeys: (now) => ({ keys: ofServices(now) }),
  };
}

function publishedKeys(newestFirst: readonly RingKey[], use: KeyUse): (now: Instant) => PublicJwk[] {
  const all = newestFirst.filter((key) => key.use === use).map((key) => ({ key, jwk: publicJwkOf(key) }));
  return (now) => all.filter(({ key }) => isPublished(key, now)).map(({ jwk }) => ({ ...jwk }));
}

interface Opening {
  readonly safe: KeySafe;
  readonly vault: KeyVault;
  /** Of a key that is in this process whatever the vault. */
  readonly privateKey: KeyObject | undefined;
}

function openKey(record: KeyRecord, { safe, vault, privateKey }: Opening): RingKey {
  const { sealed, ...times } = record;
  const { kid, use, algorithm } = record;
  if ((algorithm === 'HS256') !== (use === 'refresh')) {
    throw new TokensFault(`key ${kid} mixes up use and algorithm`);
  }
  const signer = algorithm === 'HS256' ? null : signerIn(vault, { kid, algorithm, sealed }, privateKey);
  const key = signer === null ? openSealedSecret(safe, kid, sealed) : signer.publicKey;
  if (!fitsAlgorithm(key, algorithm)) throw new TokensFault(`key ${kid} does not fit its algorithm`);
  return { ...times, key, signer, headers: headersOf(record) };
}

function signerIn(vault: KeyVault, record: VaultRecord, privateKey: KeyObject | undefined): Signer {
  return privateKey === undefined ? vault.open(record) : signerOf(record.algorithm, privateKey);
}

function headersOf({ algorithm, kid, use }: KeyRecord): ReadonlyMap<TokenKind, string> {
  const segmentOf = (kind: TokenKind) => {
    const header = { alg: algorithm, typ: tokenTypes[kind], kid };
    return Buffer.from(JSON.stringify(header)).toString('base64url');
  };
  return new Map(kindsOfUse[use].map((kind) => [kind, segmentOf(kind)]));
}

interface Wanted {
  readonly use: KeyUse;
  readonly algorithm: SigningAlgorithm | undefined;
}

function signerAt(newestFirst: readonly RingKey[], now: Instant, { use, algorithm }: Wanted): RingKey {
  for (const key of newestFirst) {
    if (key.use !== use || (algorithm !== undefined && key.algorithm !== algorithm)) continue;
    const isOver = key.signsUntilAt !== null && key.signsUntilAt <= now;
    if (key.signsFromAt <= now && !isOver) return key;
  }
  throw new TokensFault(`no key signs ${use} tokens${algorithm === undefined ? '' : ` by ${algorithm}`} now`);
}

function isPublished(key: RingKey, now: Instant): boolean {
  return key.publishedAt <= now && (key.removeAfterAt === null || key.removeAfterAt > now);
}

/** Two keys may begin at once when two nodes planned the same rotation; the name decides for all of them. */
function newerFirst(a: RingKey, b: RingKey): number {
  return b.signsFromAt - a.signsFromAt || (a.kid < b.kid ? 1 : -1);
}
