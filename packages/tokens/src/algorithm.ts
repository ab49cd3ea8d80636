import { constants, createHmac, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import { type Instant, type SigningAlgorithm, signingAlgorithms } from '@argus/contract';
import { derOf, rawOf } from './ecdsa-encoding.ts';
import { TokensFault } from './fault.ts';

export { type SigningAlgorithm, signingAlgorithms };
export type KeyAlgorithm = SigningAlgorithm | 'HS256';
/** `service`: what Argus says to services, by signatures of HTTP messages (RFC 9421) and in the feed. */
export type KeyUse = 'access' | 'refresh' | 'service';

/** A key that may check signatures of exactly one algorithm (RFC 8725 §3.1) and for exactly one use. */
export interface VerificationKey {
  readonly kid: string;
  readonly use: KeyUse;
  readonly algorithm: KeyAlgorithm;
  readonly key: KeyObject;
  /** From this instant on the key proves nothing; null while no end is known. */
  readonly removeAfterAt: Instant | null;
}

export interface SigningKey {
  readonly algorithm: KeyAlgorithm;
  readonly signingKey: KeyObject;
}

/** RSA below this was never safe enough (RFC 7518 §3.3, §3.5); above, one signature would cost milliseconds. */
export const rsaBitsLeast = 2048;
export const rsaBitsMost = 8192;

/** RFC 7518 §3.5: the salt is as long as the hash. */
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

export function isSigningAlgorithm(name: unknown): name is SigningAlgorithm {
  return signingAlgorithms.some((known) => known === name);
}

/** Whether the key's own kind can carry its pinned algorithm. Says nothing about where the key came from. */
export function fitsAlgorithm(key: KeyObject, algorithm: KeyAlgorithm): boolean {
  switch (algorithm) {
    case 'RS256':
    case 'PS256': {
      const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
      return key.asymmetricKeyType === 'rsa' && bits >= rsaBitsLeast && bits <= rsaBitsMost;
    }
    case 'ES256':
      return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    case 'EdDSA':
      return key.asymmetricKeyType === 'ed25519';
    case 'HS256':
      // RFC 7518 §3.2: at least as long as the hash.
      return key.type === 'secret' && (key.symmetricKeySize ?? 0) >= 32;
  }
}

export function verifySignature(
  key: Pick<VerificationKey, 'algorithm' | 'key'>,
  input: Buffer,
  signature: Buffer,
): boolean {
  switch (key.algorithm) {
    case 'RS256':
      return verify('sha256', input, key.key, signature);
    case 'PS256':
      return verify('sha256', input, { key: key.key, ...pss }, signature);
    case 'ES256':
      return signature.length === 64 && verify('sha256', input, key.key, derOf(signature));
    case 'EdDSA':
      return signature.length === 64 && verify(null, input, key.key, signature);
    case 'HS256': {
      const expected = createHmac('sha256', key.key).update(input).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    }
  }
}

/** Signs on this thread: right for everything but RSA, whose quarter of a millisecond would hold up the loop. */
export function signNow(key: SigningKey, input: Buffer): Buffer {
  switch (key.algorithm) {
    case 'RS256':
      return sign('sha256', input, key.signingKey);
    case 'PS256':
      return sign('sha256', input, { key: key.signingKey, ...pss });
    case 'ES256':
      return rawOf(sign('sha256', input, key.signingKey));
    case 'EdDSA':
      return sign(null, input, key.signingKey);
    case 'HS256':
      return createHmac('sha256', key.signingKey).update(input).digest();
  }
}

/** Signs RSA in the thread pool, so that both cores sign and the loop goes on serving. */
export function signInPool(key: SigningKey, input: Buffer): Promise<Buffer> {
  const prepared = key.algorithm === 'PS256' ? { key: key.signingKey, ...pss } : key.signingKey;
  return new Promise((resolve, reject) => {
    sign('sha256', input, prepared, (cause, signature) => {
      if (cause) reject(new TokensFault('signing failed', { cause }));
      else resolve(signature);
    });
  });
}
