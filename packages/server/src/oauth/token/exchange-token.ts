import type { TokenAnswer } from '@argus/contract';
import {
  decideExchange,
  type EventDraft,
  type ExchangeDecision,
  type ExchangeFacts,
  readExchangeRequest,
  type ShownToken,
} from '@argus/core';
import { type AccessClaims, issueAccessToken } from '@argus/tokens';
import type { OAuthRefused } from '../../http/oauth-answer.ts';
import { type Services, stamp } from '../../services.ts';
import { tellRefused } from '../client/tell-refused.ts';
import { audienceNamed, type LiveToken, liveToken, signedToken } from './live-token.ts';
import type { TokenAsk } from './token-ask.ts';

/** RFC 8693 §3. */
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

type LiveAccess = LiveToken & { readonly kind: 'access' };

/** A service that was shown an access token gets one of its own to go on with, for the same subject (RFC 8693 §2). */
export async function exchangeToken(services: Services, ask: TokenAsk): Promise<TokenAnswer | OAuthRefused> {
  const request = readExchangeRequest(ask.parameters);
  if (request === 'invalid_request') return { oauthError: request, reason: 'form' };
  const subject = await liveAccess(services, request.subjectToken);
  const actor = request.actorToken === null ? null : await liveAccess(services, request.actorToken);
  // RFC 8693 §2.2.2: a token that is unacceptable for whatever reason is an invalid request.
  if (!subject || (request.actorToken !== null && !actor))
    return refuse(services, ask, {
      subject: subject ?? actor,
      error: 'invalid_request',
      reason: 'dead-token',
    });
  const { clients, policies, clock } = services;
  const { client } = ask.proven;
  const policy = await policies.effective(client.tenant, { clientId: client.id });
  const decision = decideExchange({
    client,
    request,
    subject: described(subject),
    actor: actor && described(actor),
    resources: (await clients.resourcesOf(client)).map(({ id }) => id),
    dpopJkt: ask.proof.jkt,
    lifeSeconds: policy.tokens.accessSeconds,
    now: clock.now(),
  } satisfies ExchangeFacts);
  if (decision.kind === 'refuse') return refuse(services, ask, { subject, ...decision });
  // Without a target the token would be for Argus itself, where nobody acts for another.
  if (decision.audience.length === 0)
    return refuse(services, ask, { subject, error: 'invalid_target', reason: 'no-target' });
  return issue(services, ask, { subject, decision });
}

async function liveAccess(services: Services, token: string): Promise<LiveAccess | null> {
  const shown = signedToken(services, token);
  const live = shown?.kind === 'access' ? await liveToken(services, shown) : null;
  return live?.kind === 'access' ? live : null;
}

function described({ claims, client }: LiveAccess): ShownToken {
  return {
    subject: claims.sub,
    clientId: client.id,
    tenant: client.tenant,
    scope: claims.scope.split(' ').filter((scope) => scope !== ''),
    audience: audienceNamed(claims),
    jkt: claims.cnf?.jkt ?? null,
    expiresAt: claims.exp * 1000,
    isLive: true,
  };
}

interface Exchange {
  readonly subject: LiveAccess;
  readonly decision: Extract<ExchangeDecision, { kind: 'issue' }>;
}

async function issue(services: Services, ask: TokenAsk, exchange: Exchange): Promise<TokenAnswer> {
  const { keys, clock, store } = services;
  const { client } = ask.proven;
  const now = clock.now();
  const claims = claimsOf(services, ask, exchange);
  const exchanged = eventOf(ask, exchange.subject, {
    type: 'token.exchanged',
    details: { clientId: client.id, scope: claims.scope, audience: [...exchange.decision.audience] },
  });
  const [access] = await Promise.all([
    issueAccessToken(keys.ring(), claims, now, client.settings.accessTokenAlgorithm),
    store.append(client.tenant, stamp(services, now, [exchanged])),
  ]);
  return {
    access_token: access,
    issued_token_type: accessTokenType,
    token_type: claims.cnf ? 'DPoP' : 'Bearer',
    expires_in: Math.max(1, claims.exp - Math.floor(now / 1000)),
    scope: claims.scope,
  };
}

/**
 * The subject's claims under another client, with who acts for it (RFC 8693 §4.1). Session and grant stay those of the
 * subject token, so that whatever ends it ends this one too.
 */
function claimsOf({ random, clock }: Services, ask: TokenAsk, { subject, decision }: Exchange): AccessClaims {
  const { jkt } = ask.proof;
  const [only, ...more] = decision.audience;
  const own = {
    aud: only !== undefined && more.length === 0 ? only : [...decision.audience],
    exp: Math.floor(decision.expiresAt / 1000),
    // A clock that was set back must not make it older than what it came from.
    iat: Math.max(Math.floor(clock.now() / 1000), subject.claims.iat),
    jti: random.uuid(),
    client_id: ask.proven.client.id,
    scope: decision.scope.join(' '),
    act: decision.act,
  };
  // The new token is bound to whoever asked, never to the key that the subject token was bound to.
  const { cnf: _of_the_subject, ...same } = subject.claims;
  return { ...same, ...own, ...(jkt === null ? {} : { cnf: { jkt } }) };
}

interface RefusedExchange {
  readonly subject: LiveAccess | null;
  readonly error: OAuthRefused['oauthError'];
  readonly reason: string;
}

async function refuse(
  services: Services,
  ask: TokenAsk,
  { subject, error, reason }: RefusedExchange,
): Promise<OAuthRefused> {
  const { client } = ask.proven;
  const details = { clientId: client.id, grantType: 'token-exchange' };
  await tellRefused(services, client, eventOf(ask, subject, { type: 'grant.refused', reason, details }));
  return { oauthError: error, reason };
}

function eventOf(
  { proven, origin }: TokenAsk,
  subject: LiveAccess | null,
  event: Pick<EventDraft, 'type' | 'reason' | 'details'>,
): EventDraft {
  const standing = subject?.standing;
  const isSame = subject?.client.tenant === proven.client.tenant;
  return {
    ...event,
    actor: `client:${proven.client.id}`,
    ...(isSame && standing
      ? {
          userId: standing.user.id,
          sessionId: standing.session.id,
          deviceId: standing.session.deviceId,
          grantId: standing.grant.id,
        }
      : {}),
    origin,
  };
}
