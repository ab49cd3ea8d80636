import { signInPool, signNow } from './algorithm.ts';
import { TokensFault } from './fault.ts';
import { longestToken, type TokenKind } from './jwt.ts';
import type { RingKey } from './key-ring.ts';

/** A compact JWS of `claims` as this kind of token: RSA signed in the thread pool, the rest on this thread. */
export async function signToken(key: RingKey, kind: TokenKind, claims: object): Promise<string> {
  const input = signingInput(key, kind, claims);
  const bytes = Buffer.from(input, 'latin1');
  const isRsa = key.algorithm === 'RS256' || key.algorithm === 'PS256';
  return joined(input, isRsa ? await signInPool(key, bytes) : signNow(key, bytes));
}

/** The same at once, for keys that never leave this process and take microseconds. */
export function signTokenNow(key: RingKey, kind: TokenKind, claims: object): string {
  const input = signingInput(key, kind, claims);
  return joined(input, signNow(key, Buffer.from(input, 'latin1')));
}

function signingInput(key: RingKey, kind: TokenKind, claims: object): string {
  const header = key.headers.get(kind);
  if (header === undefined)
    throw new TokensFault(`a key for ${key.use} tokens does not sign a token of ${kind}`);
  return `${header}.${Buffer.from(JSON.stringify(claims), 'utf8').toString('base64url')}`;
}

function joined(input: string, signature: Buffer): string {
  const token = `${input}.${signature.toString('base64url')}`;
  if (token.length > longestToken) throw new TokensFault('the token would be too long to be read');
  return token;
}
