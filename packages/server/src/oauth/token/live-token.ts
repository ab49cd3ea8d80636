import { argusClient, type GrantId, type TenantId } from '@argus/contract';
import { type Client, type Grant, type Session, sessionValidity, type User } from '@argus/core';
import { type TokenFacts, tokenFacts } from '@argus/store';
import {
  type AccessClaims,
  equalInConstantTime,
  isOfPerson,
  type RefreshClaims,
  refreshTokenId,
  verifyAccessToken,
  verifyRefreshToken,
} from '@argus/tokens';
import type { Services } from '../../services.ts';

/** A token that we signed and that has not expired; what it stands on may have ended since. */
export type SignedToken =
  | { readonly kind: 'access'; readonly claims: AccessClaims }
  | { readonly kind: 'refresh'; readonly claims: RefreshClaims };

/** The person behind a token, and the grant that it was issued under. */
export interface Standing {
  readonly grant: Grant;
  readonly session: Session;
  readonly user: User;
}

/** A token that nothing speaks against at this instant, as the database says. */
export type LiveToken = SignedToken & {
  /** Whom it was issued to. */
  readonly client: Client;
  /** Null for a token of a client that acts for itself. */
  readonly standing: Standing | null;
  /** False for a refresh token that was renewed since: its family lives, but it is of use to nobody but a thief. */
  readonly isNewest: boolean;
};

/** What a text proves by its signature; whom it is for is judged by the one who asks. */
export function signedToken({ keys, config, clock }: Services, token: string): SignedToken | null {
  const now = clock.now();
  const { issuer } = config;
  const access = verifyAccessToken(keys.ring(), token, { issuer, audience: [], now });
  // Nobody in particular is the audience here, so a good token is refused for that, after all else but its time.
  if (!access.ok && access.rejection === 'wrong-audience' && access.claims)
    return access.claims.exp * 1000 > now ? { kind: 'access', claims: access.claims } : null;
  const refresh = verifyRefreshToken(keys.ring(), token, { issuer, now });
  if (refresh.ok) return { kind: 'refresh', claims: refresh.claims };
  // Our own token from the future: this clock was set back since.
  const isEarly = refresh.rejection === 'not-yet-valid';
  return isEarly && refresh.claims ? { kind: 'refresh', claims: refresh.claims } : null;
}

/** The same with everything that it stands on, or null when any of that has ended. Asks the database each time. */
export async function liveToken(services: Services, shown: SignedToken): Promise<LiveToken | null> {
  const { claims } = shown;
  const client = await services.clients.find(claims.client_id);
  if (client?.status !== 'active' || client.tenant !== claims.tenant) return null;
  const name = { grantId: claims.gid as GrantId, jti: claims.jti }; // we signed it
  const facts = await tokenFacts(services.store.pool, client.tenant, name);
  if (facts.isTokenEnded) return null;
  if (shown.kind === 'access' && !isOfPerson(shown.claims))
    return (await isOwnersToken(services, shown.claims))
      ? { ...shown, client, standing: null, isNewest: true }
      : null;
  const standing = standingOf(services, facts);
  if (!standing || !(await isHeld(services, standing.grant))) return null;
  if (shown.kind === 'refresh' && !isOfFamily(shown.claims, standing.grant)) return null;
  const isNewest = shown.kind === 'access' || shown.claims.gen === standing.grant.generation;
  return { ...shown, client, standing, isNewest };
}

/** Whether an access token is live, for services: they meet those of Argus's own cookies, too, whose client has no row. */
export async function isLiveAccess(services: Services, claims: AccessClaims): Promise<boolean> {
  if (claims.client_id !== argusClient)
    return (await liveToken(services, { kind: 'access', claims })) !== null;
  const name = { grantId: claims.gid as GrantId, jti: claims.jti }; // we signed it
  const facts = await tokenFacts(services.store.pool, claims.tenant as TenantId, name);
  return !facts.isTokenEnded && standingOf(services, facts) !== null;
}

/** For whom an access token is. */
export function audienceNamed({ aud }: AccessClaims): readonly string[] {
  return typeof aud === 'string' ? [aud] : aud;
}

/** A client's token for itself, possibly exchanged by another one, holds as long as that client is active. */
async function isOwnersToken({ clients }: Services, { sub, gid, tenant }: AccessClaims): Promise<boolean> {
  const owner = await clients.find(sub);
  return owner?.status === 'active' && owner.tenant === tenant && owner.ownGrantId === gid;
}

function standingOf({ clock }: Services, { grant, session, user }: TokenFacts): Standing | null {
  if (!grant || !session || !user || grant.status !== 'active') return null;
  return sessionValidity(session, user.status, clock.now()).isValid ? { grant, session, user } : null;
}

/** An exchanged token names the client that exchanged it; the one whose grant it came from must be active as well. */
async function isHeld({ clients }: Services, { clientId }: Grant): Promise<boolean> {
  return (await clients.find(clientId))?.status === 'active';
}

function isOfFamily({ gen, jti }: RefreshClaims, { generation, secret }: Grant): boolean {
  return gen <= generation && equalInConstantTime(jti, refreshTokenId(secret, gen));
}
