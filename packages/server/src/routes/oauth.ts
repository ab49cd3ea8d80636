import { endpoints } from '@argus/contract';
import { type Answer, seeOther } from '../http/answer.ts';
import { isOAuthRefused, type OAuthRefused, oauthRefusal } from '../http/oauth-answer.ts';
import { type Parameters, readParameters } from '../http/parameters.ts';
import { deadEndPage } from '../http/refusal-page.ts';
import type { Call, Route } from '../http/route.ts';
import { authorize } from '../oauth/authorization/authorize.ts';
import { pushRequest } from '../oauth/authorization/push-request.ts';
import { openRequest } from '../oauth/authorization/sealed-request.ts';
import { metadata } from '../oauth/metadata.ts';
import { token } from '../oauth/token/token.ts';
import type { Services } from '../services.ts';
import { decideConsent, takeAccountChoice } from './consent-pages.ts';

/** The endpoints that stock clients find by discovery. */
export const oauthRoutes: readonly Route[] = [
  metadataRoute('/.well-known/openid-configuration'),
  metadataRoute('/.well-known/oauth-authorization-server'),
  {
    method: 'GET',
    path: '/oauth/authorize',
    accepts: 'nothing',
    handle: async (services, call) => beginAuthorization(services, call, readParameters(call.search)),
  },
  {
    method: 'POST',
    path: '/oauth/authorize',
    accepts: 'oauth',
    // OIDC Core §3.1.2.1 asks for POST too. Lax cookies do not come with one from another site, so it is turned into a GET.
    handle: async (_services, call) => seeOther(`/oauth/authorize?${searchOf(call.body as Parameters)}`), // its route accepts 'oauth'
  },
  {
    method: 'GET',
    path: '/oauth/authorize/resume',
    accepts: 'nothing',
    async handle(services, call) {
      const asked = openRequest(services, call.query.request);
      return asked ? authorize(services, call, asked) : deadEndPage('form_expired');
    },
  },
  decideConsent,
  takeAccountChoice,
  oauthRoute('/oauth/par', pushRequest),
  { ...oauthRoute('/oauth/token', token), cors: 'registered' },
];

/** One endpoint that clients call with parameters and a proof of their own. */
export function oauthRoute(
  path: `/oauth/${string}`,
  handle: (services: Services, call: Call, parameters: Parameters) => Promise<Answer | OAuthRefused>,
): Route {
  const endpoint = Object.values(endpoints).find((each) => each.path === path && each.method === 'POST');
  return {
    method: 'POST',
    path,
    accepts: 'oauth',
    speaks: 'oauth',
    ...(endpoint ? { endpoint } : {}),
    async handle(services, call) {
      const outcome = await handle(services, call, call.body as Parameters); // its route accepts 'oauth'
      return isOAuthRefused(outcome) ? oauthRefusal(outcome) : outcome;
    },
  };
}

function metadataRoute(path: string): Route {
  return {
    method: 'GET',
    path,
    accepts: 'nothing',
    cors: 'any',
    handle: async ({ config }) => ({
      status: 200,
      json: metadata(config),
      headers: { 'cache-control': 'public, max-age=300' },
    }),
  };
}

async function beginAuthorization(
  services: Services,
  call: Call,
  parameters: Parameters | null,
): Promise<Answer> {
  if (!parameters) return deadEndPage('malformed_request');
  const startedAt = services.clock.now();
  const nothing = { pushedUri: null, chosenUserId: null, agreedUserId: null };
  return authorize(services, call, { parameters, startedAt, ...nothing, isContinued: false });
}

/** All of it again, repeated parameters and empty ones included: the reader judges them. */
function searchOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const name of parameters.names) for (const value of parameters.all(name)) query.append(name, value);
  return query.toString();
}
