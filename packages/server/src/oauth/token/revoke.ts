import type { GrantId, UserId } from '@argus/contract';
import type { Change, Client, EventDraft } from '@argus/core';
import type { Answer } from '../../http/answer.ts';
import { isOAuthRefused, type OAuthRefused, oauthJson } from '../../http/oauth-answer.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Call } from '../../http/route.ts';
import { type Services, stamp } from '../../services.ts';
import { fromNetwork } from '../../throttle/throttle.ts';
import { admitClient } from '../client/admit-client.ts';
import { tellRefusedFrom } from '../client/tell-refused.ts';
import { type LiveToken, liveToken, signedToken } from './live-token.ts';

/** End what a token stands for (RFC 7009 §2). `token_type_hint` is not needed: the kinds are told apart by the token. */
export async function revoke(
  services: Services,
  call: Call,
  parameters: Parameters,
): Promise<Answer | OAuthRefused> {
  if (parameters.repeated.length > 0) return { oauthError: 'invalid_request', reason: 'repeated' };
  const proven = await admitClient(services, call, parameters);
  if (isOAuthRefused(proven)) return proven;
  const { client, method } = proven;
  if (
    method === 'none' &&
    services.throttle.take([fromNetwork('oauth', call.origin.ip)], services.clock.now())
  )
    return { oauthError: 'temporarily_unavailable', reason: 'throttled', status: 429 };
  const token = parameters.one('token');
  if (token === undefined) return { oauthError: 'invalid_request', reason: 'no-token' };
  const shown = signedToken(services, token);
  if (shown && shown.claims.client_id !== client.id) return refuseForeign(services, call, client);
  const live = shown && (await liveToken(services, shown));
  if (live) await end(services, call, live);
  // RFC 7009 §2.2: what is invalid already is as the client wanted it.
  return oauthJson(200, undefined);
}

/**
 * A refresh token takes its whole family along, and so every access token of the grant (RFC 7009 §2.1); one that was
 * renewed meanwhile does so too, or a revocation that races a refresh would end nothing.
 */
async function end(services: Services, { origin }: Pick<Call, 'origin'>, live: LiveToken): Promise<void> {
  const { client, claims, kind, standing } = live;
  const at = services.clock.now();
  const grantId = claims.gid as GrantId; // we signed it
  const change: Change =
    kind === 'refresh'
      ? { kind: 'end-grant', grantId, reason: 'token-revoked', at, orAlreadyEnded: true }
      : { kind: 'end-token', jti: claims.jti, grantId, expiresAt: claims.exp * 1000 };
  const revoked: EventDraft = {
    type: 'token.revoked',
    actor: `client:${client.id}`,
    ...(standing && {
      userId: claims.sub as UserId, // we signed it, for a person
      sessionId: standing.session.id,
      deviceId: standing.session.deviceId,
    }),
    grantId,
    reason: `${kind}-token`,
    origin,
    details: { clientId: client.id, ...(kind === 'access' ? { jti: claims.jti } : {}) },
  };
  await services.store.commit({
    tenant: client.tenant,
    changes: [change],
    events: stamp(services, at, [revoked]),
  });
}

/**
 * RFC 7009 §2.1: a token that was issued to another client is refused, live or not. Whoever shows one has it from
 * somewhere, so the audit log hears of it, though not of every try.
 */
async function refuseForeign(
  services: Services,
  { origin }: Pick<Call, 'origin'>,
  client: Client,
): Promise<OAuthRefused> {
  const reason = 'foreign-token';
  await tellRefusedFrom(services, client, { actor: `client:${client.id}`, reason, origin });
  return { oauthError: 'invalid_grant', reason };
}
