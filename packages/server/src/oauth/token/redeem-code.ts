import type { TokenAnswer } from '@argus/contract';
import {
  audienceOf,
  type Change,
  type CodeFacts,
  type EventDraft,
  type Grant,
  judgeCode,
  openScope,
  startGrant,
} from '@argus/core';
import type { OAuthRefused } from '../../http/oauth-answer.ts';
import { hashOf } from '../../secrets.ts';
import { type Services, stamp } from '../../services.ts';
import type { Try } from '../../throttle/throttle.ts';
import { boundKey, grantTokens } from './grant-tokens.ts';
import type { TokenAsk } from './token-ask.ts';

/** A code may be lost to a rival once; then it is consumed, and the second look says so. */
const rounds = 3;

/** Tokens for an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6). A code that comes again ends what it began. */
export async function redeemCode(services: Services, ask: TokenAsk): Promise<TokenAnswer | OAuthRefused> {
  const { proven, parameters } = ask;
  const code = parameters.one('code');
  if (code === undefined) return { oauthError: 'invalid_request', reason: 'no-code' };
  if (code.length > 200) return { oauthError: 'invalid_grant', reason: 'unknown-code' };
  const codeHash = hashOf(code);
  for (let round = 0; round < rounds; round += 1) {
    const facts = await services.store.codeFacts({ tenant: proven.client.tenant, codeHash });
    if (!facts) return { oauthError: 'invalid_grant', reason: 'unknown-code' };
    const outcome = await redeem(services, ask, facts);
    if (outcome !== 'lost') return outcome;
  }
  return { oauthError: 'temporarily_unavailable' };
}

async function redeem(
  services: Services,
  ask: TokenAsk,
  facts: CodeFacts,
): Promise<TokenAnswer | OAuthRefused | 'lost'> {
  const { proven, proof, parameters } = ask;
  const { client } = proven;
  const judged = judgeCode(facts, {
    client,
    redirectUri: parameters.one('redirect_uri'),
    codeVerifier: parameters.one('code_verifier'),
    dpopJkt: proof.jkt,
    now: services.clock.now(),
  });
  if (!judged.isGood) return refuse(services, ask, { facts, ...judged });
  const { code, session, user } = facts;
  const resources = audienceOf({
    client,
    grantResources: code.resources,
    asked: parameters.all('resource'),
  });
  if (resources === 'invalid_target') return { oauthError: resources };
  const scope = openScope(code.scope, client);
  if (scope === 'invalid_scope') return { oauthError: scope };
  const grant = newGrant(services, ask, facts);
  const began = eventOf(ask, facts, { type: 'grant.began', reason: 'authorization_code' });
  const { tenant } = client;
  const event = { ...began, id: services.random.uuid() };
  const { codeHash } = code;
  const redeemed = await services.store.redeemCode({ tenant, codeHash, grant, event });
  if (!redeemed.isRedeemed) return 'lost';
  return grantTokens(services, {
    tenant,
    client,
    user,
    session,
    grant,
    scope,
    resources,
    jkt: proof.jkt,
    nonce: code.nonce,
  });
}

interface RefusedCode {
  readonly facts: CodeFacts;
  readonly refused: OAuthRefused['oauthError'];
  readonly reason: string;
  readonly isReplay: boolean;
}

/** RFC 6749 §4.1.2: whoever comes second with a code, or came first, may be a thief; what it began ends. */
async function refuse(
  services: Services,
  ask: TokenAsk,
  { facts, refused, reason, isReplay }: RefusedCode,
): Promise<OAuthRefused> {
  const at = services.clock.now();
  const { tenant } = ask.proven.client;
  const { grantId } = facts.code;
  const changes: Change[] = isReplay
    ? [{ kind: 'end-grant', grantId, reason: 'code-replayed', at, orAlreadyEnded: true }]
    : [];
  const type = isReplay ? 'code.replayed' : 'grant.refused';
  // What may have ended something is counted by itself, so that noise before it does not hide it.
  const line: Try = { limit: 'refusedRefresh', whose: `${type} ${grantId}` };
  const isTooMuch = services.throttle.take([line], at) !== null;
  const events = isTooMuch ? [] : stamp(services, at, [eventOf(ask, facts, { type, reason })]);
  if (changes.length + events.length > 0) await services.store.commit({ tenant, changes, events });
  return { oauthError: refused, reason };
}

function eventOf(
  { proven, origin }: TokenAsk,
  { code, session }: CodeFacts,
  event: Pick<EventDraft, 'type' | 'reason'>,
): EventDraft {
  return {
    ...event,
    actor: `client:${proven.client.id}`,
    userId: code.userId,
    sessionId: code.sessionId,
    grantId: code.grantId,
    deviceId: session.deviceId,
    origin,
    details: { clientId: proven.client.id, scope: code.scope.join(' ') },
  };
}

function newGrant(services: Services, { proven, proof, origin }: TokenAsk, facts: CodeFacts): Grant {
  const { code, session } = facts;
  return startGrant(
    {
      id: code.grantId,
      secret: services.random.bytes(32),
      sessionId: code.sessionId,
      clientId: proven.client.id,
      scope: code.scope,
      resources: code.resources,
      jkt: boundKey(proven.client, proof.jkt),
      ...origin,
    },
    session,
    services.clock.now(),
  );
}
