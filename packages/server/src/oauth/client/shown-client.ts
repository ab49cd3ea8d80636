import { clientOfAssertion } from '@argus/tokens';
import type { OAuthRefused } from '../../http/oauth-answer.ts';
import type { Parameters } from '../../http/parameters.ts';
import type { Call } from '../../http/route.ts';

/** What a request shows of its client, before anything of it is believed. */
export type ShownClient =
  | { readonly method: 'none'; readonly clientId: string }
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly clientId: string;
      readonly secret: string;
    }
  | { readonly method: 'private_key_jwt'; readonly clientId: string; readonly assertion: string };

/** RFC 7523 §2.2. */
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** RFC 6749 §2.3: a client uses one method a request, and never the query (§2.3.1). */
export function shownClient(
  { headers, search }: Pick<Call, 'headers' | 'search'>,
  parameters: Parameters,
): ShownClient | OAuthRefused {
  if (/(^|&)client_(secret|assertion)=/.test(search))
    return { oauthError: 'invalid_request', reason: 'secret-in-query' };
  const { authorization } = headers;
  const basic = authorization === undefined ? null : readBasic(authorization);
  const secret = parameters.one('client_secret');
  const assertion = parameters.one('client_assertion');
  const methods = [authorization, secret, assertion].filter((each) => each !== undefined);
  if (methods.length > 1) return { oauthError: 'invalid_request', reason: 'two-authentications' };
  const named = parameters.one('client_id');
  if (authorization !== undefined) {
    if (!basic || (named !== undefined && named !== basic.clientId))
      return { oauthError: 'invalid_client', reason: 'malformed-basic', headers: basicChallenge };
    return { method: 'client_secret_basic', ...basic };
  }
  if (assertion !== undefined) return shownAssertion(parameters, assertion, named);
  if (named === undefined) return { oauthError: 'invalid_client', reason: 'no-client' };
  return secret === undefined
    ? { method: 'none', clientId: named }
    : { method: 'client_secret_post', clientId: named, secret };
}

/** RFC 7617 §2.1. */
export const basicChallenge = { 'www-authenticate': 'Basic realm="argus", charset="UTF-8"' };

function shownAssertion(
  parameters: Parameters,
  assertion: string,
  named: string | undefined,
): ShownClient | OAuthRefused {
  if (parameters.one('client_assertion_type') !== assertionType)
    return { oauthError: 'invalid_client', reason: 'assertion-type' };
  const clientId = clientOfAssertion(assertion);
  // RFC 7521 §4.2: `client_id` may be said again, but must then be the same.
  if (clientId === null || (named !== undefined && named !== clientId))
    return { oauthError: 'invalid_client', reason: 'assertion-subject' };
  return { method: 'private_key_jwt', clientId, assertion };
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined and put in base64. */
function readBasic(header: string): { readonly clientId: string; readonly secret: string } | null {
  const encoded = /^basic ([A-Za-z0-9+/=]{1,2000})$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const at = pair.indexOf(':');
  if (at <= 0) return null;
  const clientId = formDecoded(pair.slice(0, at));
  const secret = formDecoded(pair.slice(at + 1));
  return clientId === null || !secret ? null : { clientId, secret };
}

function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
