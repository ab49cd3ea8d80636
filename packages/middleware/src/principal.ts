import type { ClientId, GrantId, Instant, SessionId, TenantId, UserId } from '@argus/contract';
import type { PersonAccessClaims } from '@argus/tokens';

export type TokenSource = 'bearer' | 'cookie';

/**
 * Who acts, as a verified access token says it. Deeply frozen: one object serves every request that carries the
 * same token. Instants are milliseconds since the epoch.
 */
export interface Principal {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly grantId: GrantId;
  readonly clientId: ClientId;
  readonly tenant: TenantId;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** The assurance level reached, `urn:argus:aal1` to `aal3`, or a value this version does not know. */
  readonly acr: string;
  /** RFC 8176 names of the methods used. */
  readonly amr: readonly string[];
  /** When the person last proved who they are. */
  readonly authTime: Instant;
  readonly expiresAt: Instant;
  readonly source: TokenSource;
  readonly claims: PersonAccessClaims;
}

/** Takes claims whose signature and shape are proven. */
export function principalOf(claims: PersonAccessClaims, source: TokenSource): Principal {
  freezeClaims(claims);
  // The casts give a verified issuer's strings the brand of what they name; the verifier was the parser.
  return Object.freeze({
    userId: claims.sub as UserId,
    sessionId: claims.sid as SessionId,
    grantId: claims.gid as GrantId,
    clientId: claims.client_id as ClientId,
    tenant: claims.tenant as TenantId,
    roles: claims.roles,
    scopes: Object.freeze(claims.scope.split(' ').filter((scope) => scope !== '')),
    acr: claims.acr,
    amr: claims.amr,
    authTime: claims.auth_time * 1000,
    expiresAt: claims.exp * 1000,
    source,
    claims,
  });
}

/** A route that pushed a role into a shared list would promote everyone's next request. */
function freezeClaims(claims: PersonAccessClaims): void {
  for (const value of Object.values(claims)) if (typeof value === 'object') freezeDeep(value);
  Object.freeze(claims);
}

/** Ends: the claims were read by a JSON parser that stops at eight levels. */
function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) freezeDeep(member);
  Object.freeze(value);
}
