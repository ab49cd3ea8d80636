import { constants, createHmac, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import { SignaturesFault } from './fault.ts';

/** RFC 9421 §3.3 and its registry (§6.2). */
export const signatureAlgorithms = [
  'rsa-pss-sha512',
  'rsa-v1_5-sha256',
  'hmac-sha256',
  'ecdsa-p256-sha256',
  'ecdsa-p384-sha384',
  'ed25519',
] as const;

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

/** A key with its name and its one algorithm (RFC 9421 §7.3.6). Made by `signatureKeyOf`, which checks the fit. */
export interface SignatureKey {
  readonly keyid: string;
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
}

/** RSA below this was never safe enough; above, one signature would cost milliseconds. */
const rsaBitsLeast = 2048;
const rsaBitsMost = 8192;
/** RFC 2104 §3: a secret shorter than the hash weakens the MAC. */
const hmacBytesLeast = 32;

/** RFC 9421 §3.3.1: the salt is as long as the hash. */
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
/** RFC 9421 §3.3.4, §3.3.5: r and s side by side, not DER. */
const raw = { dsaEncoding: 'ieee-p1363' } as const;

/** Whether a key of this kind and size can carry the algorithm. Says nothing about whose key it is. */
export function fitsAlgorithm(key: KeyObject, algorithm: SignatureAlgorithm): boolean {
  switch (algorithm) {
    case 'rsa-pss-sha512':
      return isStrongRsa(key) && (key.asymmetricKeyType === 'rsa' || isPssForSha512(key));
    case 'rsa-v1_5-sha256':
      return isStrongRsa(key) && key.asymmetricKeyType === 'rsa';
    case 'hmac-sha256':
      return key.type === 'secret' && (key.symmetricKeySize ?? 0) >= hmacBytesLeast;
    case 'ecdsa-p256-sha256':
      return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    case 'ecdsa-p384-sha384':
      return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'secp384r1';
    case 'ed25519':
      return key.asymmetricKeyType === 'ed25519';
  }
}

/** FIPS 186-5 §5.1: the exponent is odd and at least 65537; beyond four bytes it would only cost time. */
function isStrongRsa(key: KeyObject): boolean {
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isGoodExponent =
    publicExponent >= 65_537n && publicExponent < 2n ** 32n && publicExponent % 2n === 1n;
  return bits >= rsaBitsLeast && bits <= rsaBitsMost && isGoodExponent;
}

/** A key may itself say which hash it is for (RFC 4055 §3.1), or leave it open. */
function isPssForSha512(key: KeyObject): boolean {
  const hash = key.asymmetricKeyDetails?.hashAlgorithm;
  return key.asymmetricKeyType === 'rsa-pss' && (hash === undefined || hash === 'sha512');
}

/**
 * Signs a signature base. Throws a fault for a key that does not fit its algorithm or is only public.
 * Source: RFC 9421 §3.3.
 */
export function signBase({ algorithm, key }: SignatureKey, base: Uint8Array): Buffer {
  if (key.type === 'public') throw new SignaturesFault('a public key signs nothing');
  if (!fitsAlgorithm(key, algorithm)) throw new SignaturesFault(`the key does not fit ${algorithm}`);
  switch (algorithm) {
    case 'rsa-pss-sha512':
      return sign('sha512', base, { key, ...pss });
    case 'rsa-v1_5-sha256':
      return sign('sha256', base, key);
    case 'hmac-sha256':
      return createHmac('sha256', key).update(base).digest();
    case 'ecdsa-p256-sha256':
      return sign('sha256', base, { key, ...raw });
    case 'ecdsa-p384-sha384':
      return sign('sha384', base, { key, ...raw });
    case 'ed25519':
      return sign(null, base, key);
  }
}

/** Whether the signature over this base is the key's. False for a key that does not fit. Source: RFC 9421 §3.3. */
export function verifyBase(
  { algorithm, key }: SignatureKey,
  base: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!fitsAlgorithm(key, algorithm)) return false;
  switch (algorithm) {
    case 'rsa-pss-sha512':
      return verify('sha512', base, { key, ...pss }, signature);
    case 'rsa-v1_5-sha256':
      return verify('sha256', base, key, signature);
    case 'hmac-sha256': {
      const expected = createHmac('sha256', key).update(base).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    }
    case 'ecdsa-p256-sha256':
      return signature.length === 64 && verify('sha256', base, { key, ...raw }, signature);
    case 'ecdsa-p384-sha384':
      return signature.length === 96 && verify('sha384', base, { key, ...raw }, signature);
    case 'ed25519':
      return signature.length === 64 && verify(null, base, key, signature);
  }
}
