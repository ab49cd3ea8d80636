import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type SignatureAlgorithm, type SignatureKey, signatureKeyOf } from '../src/index.ts';
import { rfcSecret } from './fixtures.ts';

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const secret = createSecretKey(rfcSecret.k, 'base64url');

/** A pair of keys for each algorithm. */
export const pairs: Record<SignatureAlgorithm, Pair> = {
  'rsa-pss-sha512': rsa,
  'rsa-v1_5-sha256': rsa,
  'hmac-sha256': { privateKey: secret, publicKey: secret },
  'ecdsa-p256-sha256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ecdsa-p384-sha384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ed25519: generateKeyPairSync('ed25519'),
};

export function halves(algorithm: SignatureAlgorithm): { signing: SignatureKey; verifying: SignatureKey } {
  const { privateKey, publicKey } = pairs[algorithm];
  const spec = { algorithm, keyid: `key-of-${algorithm}` };
  return { signing: signatureKeyOf(privateKey, spec), verifying: signatureKeyOf(publicKey, spec) };
}
