import type { Instant } from '@argus/contract';
import {
  fitsAlgorithm,
  type KeyAlgorithm,
  type KeyUse,
  rsaBitsLeast,
  rsaBitsMost,
  type SigningAlgorithm,
  verifySignature,
} from './algorithm.ts';
import { TokensFault } from './fault.ts';
import type { KeySafe, Signer } from './key-vault.ts';
import { createSealedKey, createSealedSecret, sealedVault } from './sealed-vault.ts';
import type { Random } from './services/random.ts';

/** What the store keeps of a key. Only `sealed` is secret; everything but the last two instants never changes. */
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
  /** For RS256 and PS256; 2048 unless said, never below. */
  readonly rsaBits?: number;
  readonly publishedAt: Instant;
  readonly signsFromAt: Instant;
}

/** Makes a key, in the vault or sealed. Refresh keys are HS256 and access keys are not, or a fault is thrown. */
export async function generateKey(spec: KeySpec, safe: KeySafe, random: Random): Promise<KeyRecord> {
  const { use, algorithm, publishedAt, signsFromAt } = spec;
  if ((algorithm === 'HS256') !== (use === 'refresh')) {
    throw new TokensFault(`a key for ${use} tokens cannot be ${algorithm}`);
  }
  // A random name: a thumbprint of the refresh key would be a hash of a secret.
  const kid = Buffer.from(random.bytes(12)).toString('base64url');
  const sealed = await createSealed({ kid, ...spec }, safe, random);
  return { kid, use, algorithm, publishedAt, signsFromAt, signsUntilAt: null, removeAfterAt: null, sealed };
}

/** Keys for services stay in this process, which signs HTTP messages with them itself. */
async function createSealed(
  spec: KeySpec & { readonly kid: string },
  safe: KeySafe,
  random: Random,
): Promise<Uint8Array> {
  const { kid, use, algorithm } = spec;
  if (algorithm === 'HS256') return createSealedSecret(safe, kid, random);
  const pair = { kid, algorithm, rsaBits: boundedBits(spec) };
  return use === 'service'
    ? createSealedKey(safe, { ...pair, use }, random)
    : createInVault(pair, safe, random);
}

function boundedBits({ rsaBits = rsaBitsLeast }: KeySpec): number {
  if (rsaBits >= rsaBitsLeast && rsaBits <= rsaBitsMost) return rsaBits;
  throw new TokensFault(`an RSA key has ${rsaBitsLeast} to ${rsaBitsMost} bits`);
}

async function createInVault(
  spec: { readonly kid: string; readonly algorithm: SigningAlgorithm; readonly rsaBits: number },
  safe: KeySafe,
  random: Random,
): Promise<Uint8Array> {
  const vault = safe.vault ?? sealedVault(safe);
  const sealed = await vault.create(spec, random);
  await assertWorks(vault.open({ ...spec, sealed }), spec.algorithm);
  return sealed;
}

/** A key whose signatures nobody could check is found out before it is published. */
async function assertWorks(signer: Signer, algorithm: SigningAlgorithm): Promise<void> {
  const probe = Buffer.from('argus-key-probe');
  const key = { algorithm, key: signer.publicKey };
  if (fitsAlgorithm(signer.publicKey, algorithm) && verifySignature(key, probe, await signer.sign(probe)))
    return;
  throw new TokensFault(`the vault made a key that does not work as ${algorithm}`);
}
