import { type Answer, seeOther } from '../../http/answer.ts';
import type { SetCookie } from '../../http/cookies.ts';
import type { Call } from '../../http/route.ts';
import { goingOnPage } from '../../pages/index.ts';
import type { Services } from '../../services.ts';
import { requestOf, resumeOf } from './page-request.ts';

/** After a form that signed a person in: on with the client's request, or to a page of this origin. */
export async function leadOn(
  services: Services,
  call: Call,
  { returnTo, cookies }: { readonly returnTo: string; readonly cookies: readonly SetCookie[] },
): Promise<Answer> {
  const to = resumeOf(call);
  if (to === null) return seeOther(returnTo, cookies);
  const request = await requestOf(services, call);
  // Systems open an app only for a person who pressed something, and a page between forgets that. Nothing follows there.
  return request?.policy.formAction?.length ? seeOther(to, cookies) : goOn(to, cookies);
}

/**
 * The answer to a form of ours. Where it leads off to the web, the form ends at a page that goes on by itself:
 * Chromium holds the form's page to naming every host of a chain of redirects (CSP 3 §6.4.2), and where a client
 * leads from its redirect URI nobody here knows.
 */
export function afterForm(answer: Answer): Answer {
  const location = answer.headers?.location;
  return location === undefined || !/^https?:/.test(location) ? answer : goOn(location, answer.cookies);
}

function goOn(location: string, cookies: readonly SetCookie[] = []): Answer {
  const html = goingOnPage({ href: location });
  return { status: 200, html, headers: { refresh: `0;url=${location}` }, cookies };
}
