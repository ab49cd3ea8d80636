import type { Client } from '@argus/core';
import { issueIntrospectionToken } from '@argus/tokens';
import type { Answer } from '../../http/answer.ts';
import { isOAuthRefused, type OAuthRefused, oauthJson } from '../../http/oauth-answer.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Call } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { admitClient } from '../client/admit-client.ts';
import { audienceNamed, type LiveToken, liveToken, signedToken } from './live-token.ts';

/** RFC 9701 §4. */
const signedType = 'application/token-introspection+jwt';

type Introspection = { readonly active: false } | ({ readonly active: true } & Record<string, unknown>);

/** Whether a token is live, for whoever may know (RFC 7662 §2). Nothing is remembered from one call to the next. */
export async function introspect(
  services: Services,
  call: Call,
  parameters: Parameters,
): Promise<Answer | OAuthRefused> {
  if (parameters.repeated.length > 0) return { oauthError: 'invalid_request', reason: 'repeated' };
  const proven = await admitClient(services, call, parameters);
  if (isOAuthRefused(proven)) return proven;
  // RFC 7662 §2.1: asking takes authorization, or anyone could try which tokens are good.
  if (proven.method === 'none') return { oauthError: 'invalid_client', reason: 'public-client' };
  const token = parameters.one('token');
  if (token === undefined) return { oauthError: 'invalid_request', reason: 'no-token' };
  const said = await introspectionOf(services, proven.client, token);
  return acceptsSigned(call) ? signed(services, proven.client, said) : oauthJson(200, said);
}

async function introspectionOf(services: Services, asker: Client, token: string): Promise<Introspection> {
  const shown = signedToken(services, token);
  const live = shown && (await liveToken(services, shown));
  // RFC 7662 §2.2: a token that is not for the asker's eyes is told from a dead one by nothing.
  return live?.isNewest && maySee(asker, live) ? describe(live) : { active: false };
}

/** A client may look at its own tokens; a resource server also at access tokens that are meant for it. */
function maySee({ id, tenant, settings }: Client, { kind, claims }: LiveToken): boolean {
  if (claims.tenant !== tenant) return false;
  if (claims.client_id === id) return true;
  if (kind !== 'access' || !settings.mayIntrospect) return false;
  const audience = audienceNamed(claims);
  return settings.resources.some((resource) => audience.includes(resource));
}

/** RFC 7662 §2.2, RFC 9449 §6.2, RFC 9470 §6.2: what the token itself says, and of which type it is. */
function describe(live: LiveToken): Introspection {
  if (live.kind === 'access')
    return { active: true, token_type: live.claims.cnf ? 'DPoP' : 'Bearer', ...live.claims };
  const { iss, sub, client_id, exp, iat, sid, gid, tenant } = live.claims;
  const { scope, jkt } = live.standing?.grant ?? { scope: '', jkt: null };
  return {
    active: true,
    ...{ iss, sub, client_id, exp, iat, sid, gid, tenant, scope },
    ...(jkt === null ? {} : { cnf: { jkt } }),
  };
}

function acceptsSigned({ headers }: Call): boolean {
  const types = (headers.accept ?? '').split(',', 50).map((part) => part.split(';', 1)[0]?.trim());
  return types.some((type) => type?.toLowerCase() === signedType);
}

/** RFC 9701 §5: the same answer, signed for this resource server, so that it can be kept as evidence. */
async function signed(services: Services, asker: Client, said: Introspection): Promise<Answer> {
  const now = services.clock.now();
  const claims = {
    iss: services.config.issuer,
    aud: asker.id,
    iat: Math.floor(now / 1000),
    token_introspection: said,
  };
  const { idTokenAlgorithm } = asker.settings;
  const body = await issueIntrospectionToken(services.keys.ring(), claims, now, idTokenAlgorithm);
  return { status: 200, text: { type: signedType, body }, headers: { pragma: 'no-cache' } };
}
