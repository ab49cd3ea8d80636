import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type SigningAlgorithm, signNow } from '../src/algorithm.ts';
import { type DpopExpectation, verifyDpopProof } from '../src/index.ts';
import { now, nowSeconds, segmentOf } from './fixtures.ts';

export interface Holder {
  readonly algorithm: SigningAlgorithm;
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKey;
}

/** Somebody with a key of the kind that this algorithm needs. */
export function holderOf(algorithm: SigningAlgorithm): Holder {
  const { privateKey, publicKey } = pairOf(algorithm);
  return { algorithm, privateKey, jwk: publicKey.export({ format: 'jwk' }) };
}

function pairOf(algorithm: SigningAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return algorithm === 'EdDSA'
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
}

export const asked: DpopExpectation = { method: 'POST', url: 'https://id.example/oauth/token', now };
export const proofClaims = {
  jti: 'e1j3V_bKic8-LAEB',
  htm: 'POST',
  htu: 'https://id.example/oauth/token',
  iat: nowSeconds,
};

type Change = Readonly<Record<string, unknown>>;

/** A compact JWS with any header and claims, honestly signed by the holder. */
export function proofBy(holder: Holder, claims: Change = {}, header: Change = {}): string {
  const head = { typ: 'dpop+jwt', alg: holder.algorithm, jwk: holder.jwk, ...header };
  return signedBy(holder, head, { ...proofClaims, ...claims });
}

export function signedBy(holder: Holder, header: object, claims: object): string {
  const input = `${segmentOf({ ...header })}.${segmentOf({ ...claims })}`;
  const signer = { algorithm: holder.algorithm, signingKey: holder.privateKey };
  return `${input}.${signNow(signer, Buffer.from(input, 'latin1')).toString('base64url')}`;
}

export function verdictOf(proof: string | undefined, expect: Partial<DpopExpectation> = {}): string {
  const verified = verifyDpopProof(proof, { ...asked, ...expect });
  return verified.ok ? 'accepted' : verified.rejection;
}
