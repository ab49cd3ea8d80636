import type { TokenAnswer } from '@argus/contract';
import { audienceOf, narrowScope } from '@argus/core';
import { issueAccessToken } from '@argus/tokens';
import type { OAuthRefused } from '../../http/oauth-answer.ts';
import { type Services, stamp } from '../../services.ts';
import { audienceClaim } from './grant-tokens.ts';
import type { TokenAsk } from './token-ask.ts';

/** Scopes that speak of a person: a client has none of them for itself. */
const personal = new Set(['openid', 'profile', 'email', 'offline_access']);

/** A token for the client itself (RFC 6749 §4.4); no session, no refresh token, nobody signed in. */
export async function grantOfClient(services: Services, ask: TokenAsk): Promise<TokenAnswer | OAuthRefused> {
  const { proven, proof, parameters, origin } = ask;
  const { client } = proven;
  const own = client.settings.scopes.filter((scope) => !personal.has(scope));
  const scope = narrowScope(own, parameters.one('scope'));
  if (scope === 'invalid_scope') return { oauthError: scope };
  const existing = await services.clients.resourcesOf(client);
  const grantResources = existing.map(({ id }) => id);
  const resources = audienceOf({ client, grantResources, asked: parameters.all('resource') });
  if (resources === 'invalid_target') return { oauthError: resources };
  const now = services.clock.now();
  const lifeSeconds = (await services.policies.effective(client.tenant, { clientId: client.id })).tokens
    .accessSeconds;
  const iat = Math.floor(now / 1000);
  const claims = {
    iss: services.config.issuer,
    // RFC 9068 §2.2: without a resource owner the client itself is the subject.
    sub: client.id,
    aud: audienceClaim(services.config.issuer, { scope, resources }),
    exp: iat + lifeSeconds,
    iat,
    jti: services.random.uuid(),
    client_id: client.id,
    gid: client.ownGrantId,
    scope: scope.join(' '),
    tenant: client.tenant,
    roles: [],
    ...(proof.jkt === null ? {} : { cnf: { jkt: proof.jkt } }),
  };
  const { accessTokenAlgorithm } = client.settings;
  const [access] = await Promise.all([
    issueAccessToken(services.keys.ring(), claims, now, accessTokenAlgorithm),
    services.store.append(
      client.tenant,
      stamp(services, now, [
        {
          type: 'grant.began',
          actor: `client:${client.id}`,
          grantId: client.ownGrantId,
          reason: 'client_credentials',
          origin,
          details: { clientId: client.id, scope: claims.scope },
        },
      ]),
    ),
  ]);
  return {
    access_token: access,
    token_type: proof.jkt === null ? 'Bearer' : 'DPoP',
    expires_in: lifeSeconds,
    ...(claims.scope === '' ? {} : { scope: claims.scope }),
  };
}
