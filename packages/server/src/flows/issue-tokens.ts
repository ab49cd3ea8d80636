import { argusClient, type TenantId } from '@argus/contract';
import {
  accessTokenExpiry,
  type Grant,
  type Lifetime,
  lifetimeUnder,
  limitsOf,
  type Session,
  subjectOf,
  type User,
} from '@argus/core';
import { issueAccessToken, issueRefreshToken, refreshTokenId } from '@argus/tokens';
import type { SetCookie } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import { isServedHere } from '../tenant/address.ts';

/** The state that a pair of tokens speaks of: the grant as it is now, and its session's limits. */
export interface TokenState {
  readonly tenant: TenantId;
  readonly user: User;
  readonly session: Session;
  readonly grant: Pick<
    Grant,
    'id' | 'secret' | 'clientId' | 'scope' | 'generation' | 'rotatedAt' | 'expiresAt'
  >;
}

export interface IssuedTokens {
  readonly access: string;
  readonly refresh: string;
  /** End of the access token, whole seconds in milliseconds. */
  readonly accessExpiresAt: number;
}

/** A fresh access token, and the refresh token of the grant's generation: for one state always the same one. */
export async function issueTokens(services: Services, state: TokenState): Promise<IssuedTokens> {
  // Whatever led here, a session of one tenant must not begin at the host of another.
  if (!(await isServedHere(services, state.tenant))) throw new Error('a tenant was to be served elsewhere');
  const now = services.clock.now();
  const refresh = issueRefreshToken(services.keys.ring(), refreshClaims(services, state), now);
  const { access, exp } = await issueAccess(services, state, now);
  return { access, refresh, accessExpiresAt: exp * 1000 };
}

/**
 * The cookies that carry them. They are gone with the browser, unless the person asked to stay signed in; then they end with
 * the session at the latest.
 */
export function tokenCookies(
  tokens: IssuedTokens,
  session: Lifetime & Pick<Session, 'isRemembered'>,
  now: number,
): SetCookie[] {
  const life = Math.max(1, Math.ceil((session.absoluteExpiresAt - now) / 1000));
  const lasting = session.isRemembered ? { maxAgeSeconds: life } : {};
  return [
    { name: 'access', value: tokens.access, ...lasting },
    { name: 'refresh', value: tokens.refresh, ...lasting },
  ];
}

/** The session cookies, cleared. The device cookie stays: the device is still the same. */
export const clearedCookies: readonly SetCookie[] = [
  { name: 'access', value: null },
  { name: 'refresh', value: null },
];

/** What the refresh token of a grant's generation says: for one state always the same. */
export function refreshClaims(
  { config }: Pick<Services, 'config'>,
  { tenant, user, session, grant }: TokenState,
) {
  return {
    iss: config.issuer,
    sub: user.id,
    aud: config.issuer,
    exp: Math.floor(grant.expiresAt / 1000),
    iat: issuedAt(grant.rotatedAt, session),
    jti: refreshTokenId(grant.secret, grant.generation),
    tenant,
    sid: session.id,
    gid: grant.id,
    gen: grant.generation,
    client_id: grant.clientId,
    amr: [...session.amr],
    auth_time: Math.floor(session.authenticatedAt / 1000),
  };
}

async function issueAccess(services: Services, { tenant, user, session, grant }: TokenState, now: number) {
  const { config, keys, random } = services;
  const policy = await services.policies.effective(tenant, subjectOf(user, session));
  const lifetime = lifetimeUnder(session, limitsOf(policy.session, session));
  const exp = accessTokenExpiry(now, policy.tokens, lifetime);
  const access = await issueAccessToken(
    keys.ring(),
    {
      iss: config.issuer,
      sub: user.id,
      aud: grant.clientId === argusClient ? config.issuer : grant.clientId,
      exp,
      iat: issuedAt(now, session),
      jti: random.uuid(),
      client_id: grant.clientId,
      sid: session.id,
      gid: grant.id,
      sct: session.createdAt,
      scope: grant.scope,
      amr: [...session.amr],
      acr: session.acr,
      auth_time: Math.floor(session.authenticatedAt / 1000),
      tenant,
      roles: [...user.roles],
    },
    now,
    policy.tokens.algorithm,
  );
  return { access, exp };
}

/** A clock that was set back must not make tokens older than the sign-in they speak of. */
export function issuedAt(at: number, session: Session): number {
  return Math.floor(Math.max(at, session.authenticatedAt) / 1000);
}
