import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Cbor } from './cbor.ts';
import type { Random } from './random.ts';
import { newEllipticKey } from './test-authority.ts';

/** COSE numbers: ES256, EdDSA, RS256. */
export type TestAlgorithm = -7 | -8 | -257;

/** A key that signs by this algorithm. */
export function newKey(random: Random, algorithm: TestAlgorithm): KeyObject {
  switch (algorithm) {
    case -7:
      return newEllipticKey(random);
    case -8: {
      const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
      return createPrivateKey({
        key: Buffer.concat([prefix, random.bytes(32)]),
        format: 'der',
        type: 'pkcs8',
      });
    }
    case -257:
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  }
}

/** RFC 9053 §7 and RFC 8230 §4, members in the order of CTAP2. */
export function coseKey(privateKey: KeyObject, algorithm: number): ReadonlyMap<Cbor, Cbor> {
  const { kty, x, y, n, e } = createPublicKey(privateKey).export({ format: 'jwk' });
  const part = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  switch (kty) {
    case 'EC':
      return new Map<Cbor, Cbor>([
        [1, 2],
        [3, algorithm],
        [-1, 1],
        [-2, part(x)],
        [-3, part(y)],
      ]);
    case 'OKP':
      return new Map<Cbor, Cbor>([
        [1, 1],
        [3, algorithm],
        [-1, 6],
        [-2, part(x)],
      ]);
    default:
      return new Map<Cbor, Cbor>([
        [1, 3],
        [3, algorithm],
        [-1, part(n)],
        [-2, part(e)],
      ]);
  }
}

/** By the hash that its algorithm has. */
export function signWith(key: KeyObject, signed: Buffer): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, key);
}
