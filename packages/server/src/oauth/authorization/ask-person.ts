import { type Answer, seeOther } from '../../http/answer.ts';
import { accountChoicePage, consentPage, scopeSentence } from '../../pages/index.ts';
import type { Services } from '../../services.ts';
import { leadingTo } from './authorization-response.ts';
import type { Authorizing } from './authorizing.ts';
import { errorTo } from './refuse-request.ts';
import { sealRequest } from './sealed-request.ts';

/** To a page that asks the person, with the request in hand. */
export function leadToPage(
  services: Services,
  authorizing: Authorizing,
  path: '/sign-in' | '/step-up',
): Answer {
  const { asked, request, cookies } = authorizing;
  const sealed = sealRequest(services, asked);
  // Too long to travel with the browser.
  if (sealed === null) return errorTo(services, { target: request, error: 'invalid_request', cookies });
  const query = new URLSearchParams({ request: sealed });
  return seeOther(`${path}?${query}`, cookies);
}

export function askForAccount(services: Services, authorizing: Authorizing): Answer {
  const { visit, client, asked, request, cookies } = authorizing;
  const sealed = sealRequest(services, asked);
  if (!visit || sealed === null) return leadToPage(services, authorizing, '/sign-in');
  const { email, name } = visit.current.user;
  const html = accountChoicePage({
    formToken: visit.formToken,
    request: sealed,
    email,
    name,
    clientName: client.settings.name,
  });
  return { status: 200, html, cookies, csp: leadingTo(request.redirectUri) };
}

export async function askForConsent(
  services: Services,
  authorizing: Authorizing,
  scope: readonly string[],
): Promise<Answer> {
  const { visit, client, asked, request, cookies } = authorizing;
  const sealed = sealRequest(services, asked);
  if (!visit || sealed === null) return leadToPage(services, authorizing, '/sign-in');
  const known = await services.clients.resourcesOf(client);
  const resources = known
    .filter(({ id }) => request.resources.includes(id))
    .map(({ id, settings }) => ({ id, name: settings.name ?? id }));
  // With one API its own scopes are its own; with several nobody could tell whose they are.
  const only = resources.length === 1 ? resources[0]?.name : undefined;
  const html = consentPage({
    formToken: visit.formToken,
    request: sealed,
    email: visit.current.user.email,
    client: { name: client.settings.name, id: client.id, isVerified: client.source !== 'registration' },
    scopes: scope.map((name) => ({ name, sentence: scopeSentence(name, only) })),
    resources,
    days: client.settings.consentDays,
    redirectUri: request.redirectUri,
  });
  return { status: 200, html, cookies, csp: leadingTo(request.redirectUri) };
}
