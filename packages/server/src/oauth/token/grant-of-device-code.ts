import type { TokenAnswer } from '@argus/contract';
import {
  audienceOf,
  type Change,
  type DevicePollDecision,
  type DevicePollFacts,
  decideDevicePoll,
  type EventDraft,
  type Grant,
  openScope,
  startGrant,
} from '@argus/core';
import { deviceAuthorizationByDeviceCode } from '@argus/store';
import type { OAuthRefused } from '../../http/oauth-answer.ts';
import { hashOf } from '../../secrets.ts';
import { type Services, stamp } from '../../services.ts';
import { tellRefused } from '../client/tell-refused.ts';
import { boundKey, grantTokens } from './grant-tokens.ts';
import type { TokenAsk } from './token-ask.ts';

/** A poll may be lost to the person's decision and to another poll; the next look sees both. */
const rounds = 5;

/** Tokens for a device whose person agreed, or word of how that stands (RFC 8628 §3.4, §3.5). */
export async function grantOfDeviceCode(
  services: Services,
  ask: TokenAsk,
): Promise<TokenAnswer | OAuthRefused> {
  const { proven, parameters } = ask;
  const code = parameters.one('device_code');
  if (code === undefined) return { oauthError: 'invalid_request', reason: 'no-code' };
  if (code.length > 200) return { oauthError: 'invalid_grant', reason: 'unknown-code' };
  for (let round = 0; round < rounds; round += 1) {
    const { pool } = services.store;
    const facts = await deviceAuthorizationByDeviceCode(pool, proven.client.tenant, hashOf(code));
    if (!facts) return { oauthError: 'invalid_grant', reason: 'unknown-code' };
    const outcome = await carryOut(services, ask, facts);
    if (outcome !== 'lost') return outcome;
  }
  return { oauthError: 'temporarily_unavailable' };
}

async function carryOut(
  services: Services,
  ask: TokenAsk,
  facts: DevicePollFacts,
): Promise<TokenAnswer | OAuthRefused | 'lost'> {
  const { proven, proof } = ask;
  const { client } = proven;
  const now = services.clock.now();
  const decision = decideDevicePoll(facts, { client, dpopJkt: proof.jkt, now });
  switch (decision.kind) {
    case 'issue':
      return issue(services, ask, facts);
    case 'wait': {
      const written = await services.store.commit({
        tenant: client.tenant,
        changes: [decision.change],
        events: [],
      });
      return written.isCommitted ? { oauthError: decision.error } : 'lost';
    }
    case 'refuse':
      return refuse(services, ask, { facts, decision });
  }
}

async function issue(
  services: Services,
  ask: TokenAsk,
  { authorization, approval }: DevicePollFacts,
): Promise<TokenAnswer | OAuthRefused | 'lost'> {
  const { proven, proof } = ask;
  const { client } = proven;
  if (!approval) return 'lost';
  const resources = audienceOf({
    client,
    grantResources: authorization.resources,
    asked: ask.parameters.all('resource'),
  });
  if (resources === 'invalid_target') return { oauthError: resources };
  const scope = openScope(authorization.scope, client);
  if (scope === 'invalid_scope') return { oauthError: scope };
  const grant = newGrant(services, ask, { authorization, approval });
  const at = grant.createdAt;
  const { deviceCodeHash } = authorization;
  const use: Change = { kind: 'use-device-authorization', deviceCodeHash, clientId: client.id, at };
  const began = eventOf(ask, { authorization, approval }, { type: 'grant.began', reason: 'device_code' });
  const written = await services.store.commit({
    tenant: client.tenant,
    changes: [use, { kind: 'create-grant', grant }],
    events: stamp(services, at, [began]),
  });
  if (!written.isCommitted) return 'lost';
  const { tenant } = client;
  const { jkt } = proof;
  return grantTokens(services, { tenant, client, ...approval, grant, scope, resources, jkt, nonce: null });
}

type Approved = DevicePollFacts & { readonly approval: NonNullable<DevicePollFacts['approval']> };

function newGrant(
  services: Services,
  { proven, proof, origin }: TokenAsk,
  { authorization, approval }: Approved,
): Grant {
  const { grantId, scope, resources } = authorization;
  const { session } = approval;
  return startGrant(
    {
      id: grantId,
      secret: services.random.bytes(32),
      sessionId: session.id,
      clientId: proven.client.id,
      scope,
      resources,
      jkt: boundKey(proven.client, proof.jkt),
      ...origin,
    },
    session,
    services.clock.now(),
  );
}

interface RefusedPoll {
  readonly facts: DevicePollFacts;
  readonly decision: Extract<DevicePollDecision, { kind: 'refuse' }>;
}

/** Devices go on asking for a while; the log hears only of what no honest device does. */
async function refuse(
  services: Services,
  ask: TokenAsk,
  { facts, decision }: RefusedPoll,
): Promise<OAuthRefused> {
  const { error, reason } = decision;
  const { client } = ask.proven;
  const isOdd = reason === 'foreign-client' || reason === 'consumed' || reason === 'session-over';
  if (isOdd) await tellRefused(services, client, eventOf(ask, facts, { type: 'grant.refused', reason }));
  return { oauthError: error, reason };
}

function eventOf(
  { proven, origin }: TokenAsk,
  { authorization, approval }: DevicePollFacts,
  event: Pick<EventDraft, 'type' | 'reason'>,
): EventDraft {
  return {
    ...event,
    actor: `client:${proven.client.id}`,
    ...(approval && {
      userId: approval.user.id,
      sessionId: approval.session.id,
      deviceId: approval.session.deviceId,
    }),
    grantId: authorization.grantId,
    origin,
    details: { clientId: proven.client.id, scope: authorization.scope.join(' ') },
  };
}
