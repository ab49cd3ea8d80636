import { signNow } from './algorithm.ts';
import { TokensFault } from './fault.ts';
import { longestToken, type TokenKind } from './jwt.ts';
import type { RingKey } from './key-ring.ts';

/** A compact JWS of `claims` as this kind of token, signed wherever the key lives. */
export async function signToken(key: RingKey, kind: TokenKind, claims: object): Promise<string> {
  if (key.signer === null) throw new TokensFault('a refresh key signs refresh tokens only');
  const input = signingInput(key, kind, claims);
  return joined(input, await key.signer.sign(Buffer.from(input, 'latin1')));
}

/** The same at once, by HMAC with a key that is in this process. */
export function signTokenNow(key: RingKey, kind: TokenKind, claims: object): string {
  const input = signingInput(key, kind, claims);
  const signature = signNow({ algorithm: 'HS256', signingKey: key.key }, Buffer.from(input, 'latin1'));
  return joined(input, signature);
}

function signingInput(key: RingKey, kind: TokenKind, claims: object): string {
  const header = key.headers.get(kind);
  if (header === undefined) throw new TokensFault(`a key for ${key.use} tokens signs no ${kind} token`);
  return `${header}.${Buffer.from(JSON.stringify(claims), 'utf8').toString('base64url')}`;
}

function joined(input: string, signature: Buffer): string {
  const token = `${input}.${signature.toString('base64url')}`;
  if (token.length > longestToken) throw new TokensFault('the token would be too long to be read');
  return token;
}
