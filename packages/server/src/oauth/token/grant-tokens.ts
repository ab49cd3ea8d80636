import type { ResourceId, TenantId, TokenAnswer } from '@argus/contract';
import {
  accessTokenExpiry,
  type Client,
  type Grant,
  lifetimeUnder,
  limitsOf,
  type Session,
  subjectOf,
  tokenExpiry,
  type User,
} from '@argus/core';
import { hashClaim, issueAccessToken, issueIdToken, issueRefreshToken } from '@argus/tokens';
import { issuedAt, refreshClaims } from '../../flows/issue-tokens.ts';
import type { Services } from '../../services.ts';

/** A grant of a client, and what its tokens are to say. */
export interface GrantState {
  readonly tenant: TenantId;
  readonly client: Client;
  readonly user: User;
  readonly session: Session;
  readonly grant: Grant;
  /** Of this answer: all that was granted, or less. */
  readonly scope: readonly string[];
  readonly resources: readonly ResourceId[];
  /** Thumbprint of the key shown for this answer: its access token is bound to that one (RFC 9449 §5). */
  readonly jkt: string | null;
  /** To be repeated in the ID token (OIDC Core §2). */
  readonly nonce: string | null;
}

/** How long an ID token may be used for what it is for: telling the client who just signed in. */
const idTokenSeconds = 300;

/** The answer of the token endpoint for a person's grant (RFC 6749 §5.1, OIDC Core §3.1.3.3). */
export async function grantTokens(services: Services, state: GrantState): Promise<TokenAnswer> {
  const { client, jkt, scope } = state;
  const now = services.clock.now();
  const { access, exp } = await accessOf(services, state, now);
  const mayRefresh = client.settings.grantTypes.includes('refresh_token');
  return {
    access_token: access,
    token_type: jkt === null ? 'Bearer' : 'DPoP',
    expires_in: Math.max(1, exp - Math.floor(now / 1000)),
    ...(mayRefresh ? refreshOf(services, state, now) : {}),
    ...(scope.includes('openid') ? { id_token: await idTokenOf(services, { ...state, access }, now) } : {}),
    scope: scope.join(' '),
  };
}

/** With its ends as draft-ietf-oauth-refresh-token-expiration names them: without activity, and in any case. */
function refreshOf(services: Services, state: GrantState, now: number) {
  const { grant, session } = state;
  const secondsTo = (at: number) => Math.max(0, Math.floor((at - now) / 1000));
  return {
    refresh_token: issueRefreshToken(services.keys.ring(), refreshClaims(services, state), now),
    refresh_token_expires_in: secondsTo(grant.expiresAt),
    authorization_expires_in: secondsTo(session.absoluteExpiresAt),
  };
}

/**
 * The key that a grant's refresh tokens are bound to. A confidential client renews by its authentication and may come
 * with another key each time; a public one has nothing else to show (RFC 9449 §5).
 */
export function boundKey({ settings }: Client, jkt: string | null): string | null {
  return settings.type === 'public' ? jkt : null;
}

/**
 * Where a token may be used: its resources, and this server's userinfo when it speaks of a person's identity. Never
 * the issuer itself, which is the audience of Argus's own cookies.
 */
export function audienceClaim(
  issuer: string,
  { scope, resources }: Pick<GrantState, 'scope' | 'resources'>,
): string | string[] {
  const userInfo = `${issuer}/oauth/userinfo`;
  const all = scope.includes('openid') || resources.length === 0 ? [...resources, userInfo] : [...resources];
  const [only, ...more] = all;
  return only !== undefined && more.length === 0 ? only : all;
}

async function accessOf(services: Services, state: GrantState, now: number) {
  const { config, keys, random } = services;
  const { tenant, client, user, session, grant, scope, jkt } = state;
  const policy = await services.policies.effective(tenant, {
    ...subjectOf(user, session),
    clientId: client.id,
  });
  const lifetime = lifetimeUnder(session, limitsOf(policy.session, session));
  const exp = accessTokenExpiry(now, policy.tokens, lifetime);
  const claims = {
    iss: config.issuer,
    sub: user.id,
    aud: audienceClaim(config.issuer, state),
    exp,
    iat: issuedAt(now, session),
    jti: random.uuid(),
    client_id: client.id,
    sid: session.id,
    gid: grant.id,
    sct: session.createdAt,
    scope: scope.join(' '),
    amr: [...session.amr],
    acr: session.acr,
    auth_time: Math.floor(session.authenticatedAt / 1000),
    tenant,
    roles: [...user.roles],
    ...(jkt === null ? {} : { cnf: { jkt } }),
  };
  const access = await issueAccessToken(keys.ring(), claims, now, client.settings.accessTokenAlgorithm);
  return { access, exp };
}

async function idTokenOf(
  services: Services,
  state: GrantState & { readonly access: string },
  now: number,
): Promise<string> {
  const { config, keys } = services;
  const { client, user, session, nonce, access } = state;
  const algorithm = client.settings.idTokenAlgorithm;
  const claims = {
    iss: config.issuer,
    sub: user.id,
    aud: client.id,
    exp: tokenExpiry(now, idTokenSeconds, session),
    iat: issuedAt(now, session),
    auth_time: Math.floor(session.authenticatedAt / 1000),
    acr: session.acr,
    amr: [...session.amr],
    sid: session.id,
    at_hash: hashClaim(algorithm, access),
    ...(nonce === null ? {} : { nonce }),
  };
  return issueIdToken(keys.ring(), claims, now, algorithm);
}
