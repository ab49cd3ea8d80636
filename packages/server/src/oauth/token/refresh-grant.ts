import type { ResourceId, TokenAnswer } from '@argus/contract';
import { audienceOf, type Client, type Grant, narrowScope, openScope, type Shown } from '@argus/core';
import { renewGrant } from '../../flows/renew-grant.ts';
import { isRefused } from '../../http/answer.ts';
import { isOAuthRefused, type OAuthRefused } from '../../http/oauth-answer.ts';
import type { Services } from '../../services.ts';
import { grantTokens } from './grant-tokens.ts';
import type { TokenAsk } from './token-ask.ts';

/** New tokens for a refresh token (RFC 6749 §6); the rules of its family are those of every session. */
export async function refreshGrant(services: Services, ask: TokenAsk): Promise<TokenAnswer | OAuthRefused> {
  const { proven, proof, parameters, origin } = ask;
  const { client } = proven;
  const token = parameters.one('refresh_token');
  if (token === undefined) return { oauthError: 'invalid_request', reason: 'no-token' };
  const renewed = await renewGrant(services, {
    token,
    client,
    shown: shownBy(client, ask),
    fits: ({ grant }) => unfit(within(ask, grant)),
    ip: origin.ip,
    userAgent: origin.userAgent,
    idleSeconds: idleSecondsIn(ask),
  });
  if (isOAuthRefused(renewed)) return renewed;
  if (isRefused(renewed)) return refusalOf(renewed.refused);
  const asked = within(ask, renewed.grant);
  if (isOAuthRefused(asked)) return asked;
  return grantTokens(services, { ...renewed, ...asked, client, jkt: proof.jkt, nonce: null });
}

/**
 * Argus's own parameter: how long the person has been idle, from a client that watches for it. Without it a refresh
 * follows the person's use of the application. What is no number says nothing (RFC 6749 §3.2).
 */
function idleSecondsIn({ parameters }: TokenAsk): number | undefined {
  const text = parameters.one('idle_seconds');
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** What of the grant this answer is to be for (RFC 6749 §6, RFC 8707 §2.2): all of it, or less, never more. */
function within({ proven, parameters }: TokenAsk, grant: Grant): Within | OAuthRefused {
  const open = openScope(grant.scope.split(' '), proven.client);
  const scope = open === 'invalid_scope' ? open : narrowScope(open, parameters.one('scope'));
  if (scope === 'invalid_scope') return { oauthError: scope };
  const asked = parameters.all('resource');
  const resources = audienceOf({ client: proven.client, grantResources: grant.resources, asked });
  return resources === 'invalid_target' ? { oauthError: resources } : { scope, resources };
}

interface Within {
  readonly scope: readonly string[];
  readonly resources: readonly ResourceId[];
}

function unfit(asked: Within | OAuthRefused): OAuthRefused | null {
  return isOAuthRefused(asked) ? asked : null;
}

/** A confidential client has proved itself already; its key binds only what it is given now (RFC 9449 §5). */
function shownBy(client: Client, { proof }: TokenAsk): Shown {
  if (client.settings.type === 'confidential') return { kind: 'client' };
  return proof.jkt === null ? { kind: 'nothing' } : { kind: 'key', jkt: proof.jkt };
}

/** The caller learns only that the token is worth nothing; why is in the audit log. */
function refusalOf(refused: string): OAuthRefused {
  if (refused === 'slow_down' || refused === 'unavailable')
    return { oauthError: 'temporarily_unavailable', reason: refused };
  return { oauthError: 'invalid_grant', reason: refused };
}
