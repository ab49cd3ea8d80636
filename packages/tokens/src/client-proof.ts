import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Instant } from '@argus/contract';
import { fitsAlgorithm, type SigningAlgorithm, signInPool, signNow } from './algorithm.ts';
import { TokensFault } from './fault.ts';

/** The private key by which a client proves itself. */
export interface AssertionKey {
  readonly key: KeyObject;
  readonly algorithm: SigningAlgorithm;
  readonly kid?: string;
}

export interface AssertionClaims {
  readonly clientId: string;
  /** The issuer of the server that is to be convinced: never a URL that somebody else could share. */
  readonly audience: string;
  /** Used once. */
  readonly jti: string;
}

const lifeSeconds = 60;

/** Throws a fault for a key that could not sign so. */
export function assertSigns({ key, algorithm }: AssertionKey): void {
  const isFit = key.type === 'private' && fitsAlgorithm(createPublicKey(key), algorithm);
  if (!isFit) throw new TokensFault(`a client proves itself by ${algorithm} with a private key that fits it`);
}

/** A client's proof of itself, good once and for a minute. Source: RFC 7523 §3, OIDC Core §9. */
export async function issueClientAssertion(
  signer: AssertionKey,
  { clientId, audience, jti }: AssertionClaims,
  now: Instant,
): Promise<string> {
  const iat = Math.floor(now / 1000);
  const { kid, algorithm: alg } = signer;
  const claims = { iss: clientId, sub: clientId, aud: audience, jti, iat, exp: iat + lifeSeconds };
  const header = { alg, typ: 'JWT', ...(kid !== undefined && { kid }) };
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = { algorithm: alg, signingKey: signer.key };
  const isRsa = signer.key.asymmetricKeyType === 'rsa';
  const signature = await (isRsa ? signInPool : signNow)(key, Buffer.from(input, 'latin1'));
  return `${input}.${signature.toString('base64url')}`;
}
