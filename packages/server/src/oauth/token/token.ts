import { type GrantType, grantTypes } from '@argus/contract';
import { demandsDpop } from '@argus/core';
import type { Answer } from '../../http/answer.ts';
import { isOAuthRefused, type OAuthRefused, oauthJson } from '../../http/oauth-answer.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Call } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { authenticateClient } from '../client/authenticate-client.ts';
import { claimMarks } from '../client/claim-marks.ts';
import { shownProof } from '../client/show-proof.ts';
import { grantOfClient } from './client-credentials.ts';
import { exchangeToken } from './exchange-token.ts';
import { grantOfDeviceCode } from './grant-of-device-code.ts';
import { redeemCode } from './redeem-code.ts';
import { refreshGrant } from './refresh-grant.ts';
import type { TokenAsk } from './token-ask.ts';

/** RFC 8707 §2, RFC 8693 §2.1: only these may come several times. */
const repeatable = new Set(['resource', 'audience']);

/** The token endpoint (RFC 6749 §3.2): prove the client, spend what it showed, answer its grant. */
export async function token(
  services: Services,
  call: Call,
  parameters: Parameters,
): Promise<Answer | OAuthRefused> {
  if (parameters.repeated.some((name) => !repeatable.has(name))) return { oauthError: 'invalid_request' };
  const proven = await authenticateClient(services, call, parameters);
  if (isOAuthRefused(proven)) return proven;
  const proof = shownProof(services, call, { path: '/oauth/token', client: proven.client });
  if (isOAuthRefused(proof)) return proof;
  const outcome = await answer(services, { proven, proof, parameters, origin: call.origin });
  services.metrics.tokens.inc({
    grant: metricOf(parameters.one('grant_type')),
    outcome: isOAuthRefused(outcome) ? outcome.oauthError : 'issued',
  });
  if (isOAuthRefused(outcome)) return { ...outcome, headers: { ...proof.headers, ...outcome.headers } };
  return oauthJson(200, outcome, proof.headers);
}

async function answer(services: Services, ask: TokenAsk): Promise<object | OAuthRefused> {
  const { proven, proof, parameters } = ask;
  const { settings, tenant } = proven.client;
  const asked = parameters.one('grant_type');
  if (asked === undefined) return { oauthError: 'invalid_request', reason: 'no-grant-type' };
  const grantType = grantTypes.find((known) => known === asked);
  if (!grantType) return { oauthError: 'unsupported_grant_type' };
  if (!settings.grantTypes.includes(grantType)) return { oauthError: 'unauthorized_client' };
  if (demandsDpop(settings) && proof.jkt === null)
    return { oauthError: 'invalid_dpop_proof', reason: 'no-proof' };
  const replayed = await claimMarks(services, tenant, [...proven.marks, ...proof.marks]);
  return replayed ?? grants[grantType](services, ask);
}

const grants: {
  readonly [Type in GrantType]: (services: Services, ask: TokenAsk) => Promise<object | OAuthRefused>;
} = {
  authorization_code: redeemCode,
  refresh_token: refreshGrant,
  client_credentials: grantOfClient,
  'urn:ietf:params:oauth:grant-type:device_code': grantOfDeviceCode,
  'urn:ietf:params:oauth:grant-type:token-exchange': exchangeToken,
};

/** Labels are a closed set: what a caller sends becomes none. */
function metricOf(asked: string | undefined): string {
  return (grantTypes.find((known) => known === asked) ?? 'unknown').replace(/^.*:/, '');
}
