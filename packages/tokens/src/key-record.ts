import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instant } from '@argus/contract';
import { type KeyAlgorithm, type KeyUse, rsaBitsLeast, rsaBitsMost } from './algorithm.ts';
import { TokensFault } from './fault.ts';
import { type MasterKey, seal } from './secret-box.ts';
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

const generate = promisify(generateKeyPair);
const hmacBytes = 32;

/** Makes a key and seals it. Refresh keys are HS256 and access keys are not, or a fault is thrown. */
export async function generateKey(spec: KeySpec, masterKey: MasterKey, random: Random): Promise<KeyRecord> {
  if ((spec.algorithm === 'HS256') !== (spec.use === 'refresh')) {
    throw new TokensFault(`a key for ${spec.use} tokens cannot be ${spec.algorithm}`);
  }
  const { use, algorithm, publishedAt, signsFromAt } = spec;
  // A random name: a thumbprint of the refresh key would be a hash of a secret.
  const kid = Buffer.from(random.bytes(12)).toString('base64url');
  const secret = await secretOf(spec, random);
  const sealed = seal(masterKey, secret, sealingContext({ kid, use, algorithm }), random);
  secret.fill(0);
  return { kid, use, algorithm, publishedAt, signsFromAt, signsUntilAt: null, removeAfterAt: null, sealed };
}

/** Binds the sealed bytes to their name and purpose: a row edited in the database no longer opens. */
export function sealingContext(record: Pick<KeyRecord, 'kid' | 'use' | 'algorithm'>): string {
  return `argus-key ${record.kid} ${record.use} ${record.algorithm}`;
}

async function secretOf(spec: KeySpec, random: Random): Promise<Uint8Array> {
  switch (spec.algorithm) {
    case 'HS256':
      return Uint8Array.from(random.bytes(hmacBytes));
    case 'RS256':
    case 'PS256': {
      const modulusLength = spec.rsaBits ?? rsaBitsLeast;
      if (modulusLength < rsaBitsLeast || modulusLength > rsaBitsMost) {
        throw new TokensFault(`an RSA key has ${rsaBitsLeast} to ${rsaBitsMost} bits`);
      }
      return exported((await generate('rsa', { modulusLength, publicExponent: 65_537 })).privateKey);
    }
    case 'ES256':
      return exported((await generate('ec', { namedCurve: 'P-256' })).privateKey);
    case 'EdDSA':
      return exported((await generate('ed25519', {})).privateKey);
  }
}

function exported(privateKey: KeyObject): Uint8Array {
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}
