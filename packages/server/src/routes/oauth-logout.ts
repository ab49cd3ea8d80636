import { type Answer, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { type Parameters, parametersOf, readParameters } from '../http/parameters.ts';
import { deadEndPage } from '../http/refusal-page.ts';
import type { Call, Route } from '../http/route.ts';
import { afterForm } from '../oauth/authorization/lead-on.ts';
import { confirmEndSession, endSessionByClient } from '../oauth/logout/end-session-by-client.ts';
import { endSessionFields } from '../oauth/logout/end-session-request.ts';
import type { Services } from '../services.ts';

const path = '/oauth/end_session';
/** With this much a URL still passes every proxy. */
const longest = 8_000;

/** Where clients send people to sign out. */
export const oauthLogoutRoutes: readonly Route[] = [
  { method: 'GET', path, accepts: 'nothing', handle: askedByClient },
  { method: 'POST', path, accepts: 'oauth', handle: async (_services, call) => asGet(call) },
  {
    method: 'POST',
    path: `${path}/confirm`,
    accepts: 'form',
    async handle(services, call) {
      const fields = fieldsOf(call);
      const sent = endSessionFields.map((name) => [name, [fields[name] ?? '']] as const);
      const parameters = parametersOf(new Map(sent));
      return afterForm(await confirmEndSession(services, call, { parameters, decision: fields.decision }));
    },
  },
];

async function askedByClient(services: Services, call: Call): Promise<Answer> {
  const parameters = readParameters(call.search);
  return parameters ? endSessionByClient(services, call, parameters) : deadEndPage('malformed_request');
}

/** Lax cookies do not come with a POST from another site; with the GET that it is turned into they do. */
function asGet(call: Call): Answer {
  const parameters = call.body as Parameters; // its route accepts 'oauth'
  const query = new URLSearchParams();
  for (const name of endSessionFields) for (const value of parameters.all(name)) query.append(name, value);
  const search = query.toString();
  return search.length > longest ? deadEndPage('invalid_request') : seeOther(`${path}?${search}`);
}
