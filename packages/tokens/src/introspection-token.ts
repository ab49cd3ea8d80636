import type { Instant } from '@argus/contract';
import type { SigningAlgorithm } from './algorithm.ts';
import { isSeconds, isText } from './claims.ts';
import { TokensFault } from './fault.ts';
import type { KeyRing } from './key-ring.ts';
import { signToken } from './sign-token.ts';
import { isObject } from './strict-json.ts';

/** A signed answer about a token (RFC 9701 §5). `aud` is the resource server that asked. */
export interface IntrospectionClaims {
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  /** The members of the plain answer (RFC 7662 §2.2). */
  readonly token_introspection: Readonly<Record<string, unknown>>;
}

/** Without `sub` and `exp` of its own, so that nobody could take it for an access token (RFC 9701 §8.1). */
export async function issueIntrospectionToken(
  ring: KeyRing,
  { iss, aud, iat, token_introspection }: IntrospectionClaims,
  now: Instant,
  algorithm: SigningAlgorithm,
): Promise<string> {
  const isShaped = isText(iss) && isText(aud) && isSeconds(iat) && isObject(token_introspection);
  if (!isShaped || typeof token_introspection.active !== 'boolean') {
    throw new TokensFault('introspection claims out of shape');
  }
  const claims = { iss, aud, iat, token_introspection };
  return signToken(ring.signing('access', now, algorithm), 'introspection', claims);
}
