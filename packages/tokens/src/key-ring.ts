import type { Instant } from '@argus/contract';
import { fitsAlgorithm, type KeyUse, type SigningAlgorithm, type VerificationKey } from './algorithm.ts';
import { TokensFault } from './fault.ts';
import { type PublicJwk, publicJwkOf } from './jwk.ts';
import { type KeyFinder, kindsOfUse, type TokenKind, tokenTypes } from './jwt.ts';
import type { KeyRecord } from './key-record.ts';
import type { KeySafe, KeyVault, Signer } from './key-vault.ts';
import { openSealedSecret, sealedVault } from './sealed-vault.ts';

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
}

/** Opens every record. Throws a fault when one was tampered with, does not fit its algorithm or repeats a name. */
export function openKeyRing(records: readonly KeyRecord[], safe: KeySafe): KeyRing {
  const vault = safe.vault ?? sealedVault(safe);
  const keys = new Map<string, RingKey>();
  for (const record of records) {
    if (keys.has(record.kid)) throw new TokensFault('two keys share one name');
    keys.set(record.kid, openKey(record, safe, vault));
  }
  const newestFirst = [...keys.values()].sort(newerFirst);
  const published = newestFirst
    .filter((key) => key.use === 'access')
    .map((key) => ({ key, jwk: publicJwkOf(key) }));
  return {
    signing: (use, now, algorithm) => signerAt(newestFirst, now, { use, algorithm }),
    find: (kid) => keys.get(kid),
    jwks: (now) => ({
      keys: published.filter(({ key }) => isPublished(key, now)).map(({ jwk }) => ({ ...jwk })),
    }),
  };
}

function openKey(record: KeyRecord, safe: KeySafe, vault: KeyVault): RingKey {
  const { sealed, ...times } = record;
  const { kid, use, algorithm } = record;
  if ((algorithm === 'HS256') !== (use === 'refresh')) {
    throw new TokensFault(`key ${kid} mixes up use and algorithm`);
  }
  const signer = algorithm === 'HS256' ? null : vault.open({ kid, algorithm, sealed });
  const key = signer === null ? openSealedSecret(safe, kid, sealed) : signer.publicKey;
  if (!fitsAlgorithm(key, algorithm)) throw new TokensFault(`key ${kid} does not fit its algorithm`);
  return { ...times, key, signer, headers: headersOf(record) };
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
