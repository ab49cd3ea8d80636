import { refusalOf, type TenantId } from '@argus/contract';
import { attemptOf } from '../flows/attempt.ts';
import type { Answer } from '../http/answer.ts';
import { seeOther } from '../http/answer.ts';
import type { SetCookie } from '../http/cookies.ts';
import { noRoomPage } from '../http/refusal-page.ts';
import type { Call } from '../http/route.ts';
import { requestOf } from '../oauth/authorization/page-request.ts';
import { messagePage, type SignInView, signInPage } from '../pages/index.ts';
import type { Services } from '../services.ts';
import type { JourneyEnd, JourneyRefusal } from './finish-journey.ts';
import type { Journey } from './journey.ts';
import { wordsOf } from './journey-words.ts';
import { shownProviders } from './shown-providers.ts';

/** Where a person goes on who came back. */
export async function journeyAnswer(services: Services, call: Call, end: JourneyEnd): Promise<Answer> {
  switch (end.kind) {
    case 'signed-in':
    case 'stepped-up':
      return seeOther(wayOn(end.journey), end.outcome.cookies);
    case 'going-on':
      return seeOther(nextStepPath(end.journey), end.outcome.cookies);
    case 'linked':
      return seeOther('/account?notice=provider-connected');
    case 'prove-account': {
      const { journey, provider, link, email } = end;
      const linking = { providerName: provider.settings.name, link };
      return signInAnswer(services, call, {
        waiting: journey,
        status: 409,
        view: { identifier: email, linking },
      });
    }
    case 'refused':
      return refusedAnswer(services, call, end);
  }
}

/** The page that asks for what a sign-in still takes. */
export function nextStepPath({ request, returnTo }: Pick<Journey, 'request' | 'returnTo'>): string {
  return `/sign-in/next?${new URLSearchParams({ returnTo, ...(request === null ? {} : { request }) })}`;
}

/** Back into the authorization request that waits, or to the page that the person came from. */
export function wayOn({ request, returnTo }: Pick<Journey, 'request' | 'returnTo'>): string {
  return request === null ? returnTo : `/oauth/authorize/resume?${new URLSearchParams({ request })}`;
}

/** What a sign-in was begun for. */
export type Waiting = Pick<Journey, 'tenant' | 'request' | 'returnTo'>;

/** A refusal on the sign-in page where another way can be chosen, elsewhere on a page of its own. */
export async function refusedAnswer(
  services: Services,
  call: Call,
  end: Omit<JourneyRefusal, 'kind' | 'journey'> & {
    readonly journey?: (Waiting & Pick<Journey, 'purpose'>) | undefined;
  },
): Promise<Answer> {
  const { refused, why, provider, journey, retryAfterSeconds } = end;
  const { status } = refusalOf(refused);
  if (refused === 'too_many_sessions')
    return noRoomPage({ request: journey?.request ?? undefined, returnTo: journey?.returnTo });
  const isSignIn = journey === undefined || journey.purpose === 'sign-in';
  if (journey && isSignIn && !why && (refused === 'provider_refused' || refused === 'provider_unreachable')) {
    const view = { refusal: refused, providerName: provider?.settings.name };
    return signInAnswer(services, call, { waiting: journey, status, view });
  }
  const action = isSignIn
    ? { href: signInPath(journey), label: 'Back to sign-in' }
    : { href: '/account', label: 'Back to your account' };
  return {
    status,
    html: messagePage({ ...wordsOf({ refused, why, provider }), action }),
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  };
}

interface SignInShown {
  readonly waiting: Waiting;
  readonly status: number;
  readonly view: Partial<SignInView>;
}

/** The sign-in page in the middle of a journey, its request still in hand. */
export async function signInAnswer(
  services: Services,
  call: Call,
  { waiting, status, view }: SignInShown,
): Promise<Answer> {
  const attempt = attemptOf(services, call);
  const query = waiting.request === null ? {} : { request: waiting.request };
  const request = await requestOf(services, { ...call, body: undefined, query });
  const html = signInPage({
    formToken: attempt.formToken,
    returnTo: waiting.returnTo,
    request: request?.sealed,
    clientName: request?.client.settings.name,
    providers: await shownProviders(services, waiting.tenant),
    ...view,
  });
  const cookies: readonly SetCookie[] = attempt.cookies;
  return { status, html, cookies, ...(request ? { csp: request.policy } : {}) };
}

function signInPath(waiting: Waiting | undefined): string {
  if (!waiting) return '/sign-in';
  const { request, returnTo } = waiting;
  return `/sign-in?${new URLSearchParams(request === null ? { returnTo } : { request })}`;
}

/** The tenant of a sign-in is that of the client it is for. */
export async function tenantOfSignIn(services: Services, call: Call): Promise<TenantId> {
  return (await requestOf(services, call))?.client.tenant ?? call.tenant;
}
