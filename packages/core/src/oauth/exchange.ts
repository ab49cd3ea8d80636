import type { ClientId, Instant, OAuthError, ResourceId, TenantId } from '@argus/contract';
import { audienceOf } from './audience.ts';
import type { RequestParameters } from './authorization-request.ts';
import { type Client, demandsDpop } from './client.ts';
import { narrowScope } from './scope.ts';

/** A token exchange as it is asked for (RFC 8693 §2.1). */
export interface ExchangeRequest {
  readonly subjectToken: string;
  readonly actorToken: string | null;
  readonly scope: string | undefined;
  /** `resource` and `audience` alike: both name resources here. */
  readonly targets: readonly string[];
}

/** An access token of Argus that held, as far as an exchange looks at it. */
export interface ShownToken {
  readonly subject: string;
  readonly clientId: ClientId;
  readonly tenant: TenantId;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  /** The key it is bound to; null when anyone who holds it may use it. */
  readonly jkt: string | null;
  readonly expiresAt: Instant;
  /** Whether the token, its grant, its session and its person were all live when asked. */
  readonly isLive: boolean;
}

export interface ExchangeFacts {
  /** Who asks, and has authenticated itself. */
  readonly client: Client;
  readonly request: Pick<ExchangeRequest, 'scope' | 'targets'>;
  readonly subject: ShownToken;
  readonly actor: ShownToken | null;
  /** Those of the client's resources that are declared. */
  readonly resources: readonly ResourceId[];
  /** Thumbprint of the key of a DPoP proof that held; null without one. */
  readonly dpopJkt: string | null;
  readonly lifeSeconds: number;
  readonly now: Instant;
}

export type ExchangeRefusal =
  | 'public-client'
  | 'dead-subject'
  | 'foreign-subject'
  | 'bad-actor'
  | 'wrong-key'
  | 'no-key'
  | 'target'
  | 'scope';

export type ExchangeDecision =
  | {
      readonly kind: 'issue';
      readonly scope: readonly string[];
      /** Empty for Argus itself. */
      readonly audience: readonly ResourceId[];
      /** Who acts for the subject (RFC 8693 §4.1): Argus always tells, it never lets anyone pass for another. */
      readonly act: { readonly sub: string; readonly client_id: ClientId };
      readonly expiresAt: Instant;
    }
  | { readonly kind: 'refuse'; readonly error: OAuthError; readonly reason: ExchangeRefusal };

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** Access tokens for access tokens, and nothing else; each token comes with its type and each type with a token. */
export function readExchangeRequest(parameters: RequestParameters): ExchangeRequest | 'invalid_request' {
  if (parameters.repeated.some((name) => name !== 'resource' && name !== 'audience'))
    return 'invalid_request';
  const subjectToken = parameters.one('subject_token');
  const actorToken = parameters.one('actor_token');
  const typeOf = (name: string) => parameters.one(name);
  if (subjectToken === undefined || typeOf('subject_token_type') !== accessTokenType)
    return 'invalid_request';
  if (typeOf('actor_token_type') !== (actorToken === undefined ? undefined : accessTokenType))
    return 'invalid_request';
  if ((typeOf('requested_token_type') ?? accessTokenType) !== accessTokenType) return 'invalid_request';
  const targets = [...parameters.all('resource'), ...parameters.all('audience')];
  return { subjectToken, actorToken: actorToken ?? null, scope: parameters.one('scope'), targets };
}

/**
 * Judge a token exchange. What comes out is never more than what went in: no scope that the subject token lacks or
 * the client may not have, no later end, no other subject.
 */
export function decideExchange(facts: ExchangeFacts): ExchangeDecision {
  const { client, request, subject, actor, now } = facts;
  const reason = partyRefusal(facts);
  // RFC 8693 §2.2.2: a token that is unacceptable for whatever reason.
  if (reason) return refuse(reason === 'public-client' ? 'unauthorized_client' : 'invalid_request', reason);
  if (demandsDpop(client.settings) && facts.dpopJkt === null) return refuse('invalid_dpop_proof', 'no-key');
  const audience = audienceOf({ client, grantResources: facts.resources, asked: request.targets });
  if (audience === 'invalid_target') return refuse(audience, 'target');
  const open = subject.scope.filter((scope) => client.settings.scopes.includes(scope));
  const scope = narrowScope(open, request.scope);
  if (scope === 'invalid_scope' || scope.length === 0) return refuse('invalid_scope', 'scope');
  return {
    kind: 'issue',
    scope,
    audience,
    act: { sub: actor?.subject ?? client.id, client_id: client.id },
    expiresAt: Math.min(now + facts.lifeSeconds * 1000, subject.expiresAt),
  };
}

function partyRefusal({ client, subject, actor, dpopJkt, now }: ExchangeFacts): ExchangeRefusal | null {
  if (client.settings.type !== 'confidential') return 'public-client';
  if (!isGood(subject, client, now)) return 'dead-subject';
  const isOwn = subject.clientId === client.id;
  if (!isOwn && !isServedBy(subject, client)) return 'foreign-subject';
  // An API is shown tokens that are bound to somebody else's key; of its own tokens a client has the key.
  if (isOwn && subject.jkt !== null && subject.jkt !== dpopJkt) return 'wrong-key';
  if (actor !== null && !(isGood(actor, client, now) && actor.clientId === client.id)) return 'bad-actor';
  return actor !== null && actor.jkt !== null && actor.jkt !== dpopJkt ? 'wrong-key' : null;
}

function isGood({ isLive, expiresAt, tenant }: ShownToken, client: Client, now: Instant): boolean {
  return isLive && now < expiresAt && tenant === client.tenant;
}

/**
 * Whether the token was shown to this client as an API: it is for a resource that the client answers for, which is
 * what the right to introspect says. Whoever merely calls that API must gain nothing from a token found there.
 */
function isServedBy({ audience }: ShownToken, { settings }: Client): boolean {
  return settings.mayIntrospect && settings.resources.some((id) => audience.includes(id));
}

function refuse(error: OAuthError, reason: ExchangeRefusal): ExchangeDecision {
  return { kind: 'refuse', error, reason };
}
