import type { Instant } from '@argus/contract';
import type { About } from './session-cookies.ts';

/** An answer of the token endpoint (RFC 6749 §5.1). */
export interface TokensGiven {
  readonly access: string;
  readonly refresh: string;
  readonly idToken: string | null;
  readonly limits: Pick<About, 'idleExpiresAt' | 'absoluteExpiresAt'>;
}

/** Undefined for an answer that holds no session: another kind of token, or none to renew it by. */
export function tokensGiven(body: Readonly<Record<string, unknown>>, now: Instant): TokensGiven | undefined {
  const { access_token: access, refresh_token: refresh, id_token: idToken, token_type: type } = body;
  // RFC 6749 §5.1: the type is not sensitive to case. A bound token could not be used from here.
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return undefined;
  if (typeof access !== 'string' || typeof refresh !== 'string') return undefined;
  return {
    access,
    refresh,
    idToken: typeof idToken === 'string' ? idToken : null,
    limits: {
      idleExpiresAt: instantIn(body.refresh_token_expires_in, now),
      absoluteExpiresAt: instantIn(body.authorization_expires_in, now),
    },
  };
}

function instantIn(seconds: unknown, now: Instant): Instant | null {
  return typeof seconds === 'number' && seconds >= 0 && seconds < 1e10
    ? now + Math.floor(seconds * 1000)
    : null;
}
