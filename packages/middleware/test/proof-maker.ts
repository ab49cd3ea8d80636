import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Clock, SigningAlgorithm } from '@argus/tokens';
import { calculateJwkThumbprint, type JWK, SignJWT } from 'jose';
import { type ProtectOptions, protect } from '../src/index.ts';
import { type FakeIssuer, setting } from './fake-issuer.ts';

/** A client's key and the proofs that jose makes with it: a second implementation of RFC 9449. */
export interface ProofMaker {
  readonly jkt: string;
  readonly jwk: JWK;
  readonly privateKey: KeyObject;
  /** A proof for `GET https://api.example/notes`, changed as asked; a claim set to undefined is left out. */
  prove(token: string, claims?: object, header?: object, key?: KeyObject | Uint8Array): Promise<string>;
}

export const apiUrl = 'https://api.example';

const pairs: Record<SigningAlgorithm, () => { privateKey: KeyObject; publicKey: KeyObject }> = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

export async function proofMaker(clock: Clock, alg: SigningAlgorithm = 'ES256'): Promise<ProofMaker> {
  const { privateKey, publicKey } = pairs[alg]();
  const jwk: JWK = publicKey.export({ format: 'jwk' });
  let made = 0;
  const prove: ProofMaker['prove'] = (token, claims, header, key = privateKey) => {
    made++;
    const ath = createHash('sha256').update(token).digest('base64url');
    const iat = Math.floor(clock.now() / 1000);
    const usual = { jti: `proof-${made}`, htm: 'GET', htu: `${apiUrl}/notes`, iat, ath };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header })
      .sign(key);
  };
  return { jkt: await calculateJwkThumbprint(jwk), jwk, privateKey, prove };
}

export function withDpop(token: string, proof: string | null, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers);
  headers.set('authorization', `DPoP ${token}`);
  if (proof !== null) headers.set('dpop', proof);
  return new Request(`${apiUrl}/notes`, { ...init, headers });
}

/** An API that takes bound tokens, a client with a key, and a token bound to it. */
export async function boundSetting(options: Partial<ProtectOptions> = {}, algorithm?: SigningAlgorithm) {
  const { clock, issuer } = await setting();
  const maker = await proofMaker(clock, algorithm);
  const protection = protect({
    issuer: issuer.url,
    publicUrl: apiUrl,
    fetch: issuer.fetch,
    clock,
    ...options,
  });
  const outcome = async (request: Request) => {
    const verdict = await protection.check(request);
    return verdict.ok ? 'ok' : `${verdict.response.status} ${verdict.refusal} ${verdict.reason}`;
  };
  const bound = (changes: Parameters<FakeIssuer['token']>[0] = {}) =>
    issuer.token({ cnf: { jkt: maker.jkt }, ...changes });
  return { ...protection, ...maker, clock, issuer, outcome, bound, token: await bound() };
}
