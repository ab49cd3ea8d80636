import type { ClientId, GrantId, Instant, SessionId, TenantId, UserId } from '@argus/contract';
import {
  type AccessClaims,
  type ClientAccessClaims,
  isOfPerson,
  type PersonAccessClaims,
} from '@argus/tokens';

export type TokenSource = 'bearer' | 'cookie' | 'dpop';

/** Who a token lets act: a person by way of a client, or a client by itself (RFC 6749 §4.4). */
export type PrincipalKind = 'person' | 'client';

/** Who really acts where a token was exchanged to act for somebody else (RFC 8693 §4.1). */
export interface Actor {
  readonly subject: string;
  readonly clientId: ClientId | null;
}

interface Holder {
  readonly grantId: GrantId;
  readonly clientId: ClientId;
  readonly tenant: TenantId;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Null unless somebody acts for the principal. */
  readonly actor: Actor | null;
  readonly expiresAt: Instant;
  readonly source: TokenSource;
}

export interface PersonPrincipal extends Holder {
  readonly kind: 'person';
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** The assurance level reached, `urn:argus:aal1` to `aal3`, or a value this version does not know. */
  readonly acr: string;
  /** RFC 8176 names of the methods used. */
  readonly amr: readonly string[];
  /** When the person last proved who they are. */
  readonly authTime: Instant;
  readonly claims: PersonAccessClaims;
}

/** Nobody signed in, so there is no user, no session and no assurance to ask for. */
export interface ClientPrincipal extends Holder {
  readonly kind: 'client';
  readonly claims: ClientAccessClaims;
}

/**
 * Who acts, as a verified access token says it. Deeply frozen: one object serves every request that carries the
 * same token. Instants are milliseconds since the epoch.
 */
export type Principal = PersonPrincipal | ClientPrincipal;

/** Takes claims whose signature and shape are proven. */
export function principalOf(claims: AccessClaims, source: TokenSource): Principal {
  freezeClaims(claims);
  const holder = holderOf(claims, source);
  if (!isOfPerson(claims)) return Object.freeze({ kind: 'client', ...holder, claims });
  return Object.freeze({
    kind: 'person',
    // The casts give a verified issuer's strings the brand of what they name; the verifier was the parser.
    userId: claims.sub as UserId,
    sessionId: claims.sid as SessionId,
    ...holder,
    acr: claims.acr,
    amr: claims.amr,
    authTime: claims.auth_time * 1000,
    claims,
  });
}

function holderOf(claims: AccessClaims, source: TokenSource): Holder {
  return {
    // Branded as above.
    grantId: claims.gid as GrantId,
    clientId: claims.client_id as ClientId,
    tenant: claims.tenant as TenantId,
    roles: claims.roles,
    scopes: Object.freeze(claims.scope.split(' ').filter((scope) => scope !== '')),
    actor: actorOf(claims.act),
    expiresAt: claims.exp * 1000,
    source,
  };
}

function actorOf(act: AccessClaims['act']): Actor | null {
  if (act === undefined) return null;
  const { sub: subject, client_id: clientId } = act;
  return Object.freeze({ subject, clientId: clientId === undefined ? null : (clientId as ClientId) }); // branded as above
}

/** A route that pushed a role into a shared list would promote everyone's next request. */
function freezeClaims(claims: AccessClaims): void {
  for (const value of Object.values(claims)) if (typeof value === 'object') freezeDeep(value);
  Object.freeze(claims);
}

/** Ends: the claims were read by a JSON parser that stops at eight levels. */
function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) freezeDeep(member);
  Object.freeze(value);
}
