import { clientIdSchema, endpoints, type ProviderId, refusalOf } from '@argus/contract';
import { beginJourney } from '../federation/begin-journey.ts';
import { connectAccount, pendingLinkOf } from '../federation/connect-account.ts';
import { disconnect } from '../federation/disconnect.ts';
import { finishJourney } from '../federation/finish-journey.ts';
import { type JourneyPurpose, journeyPurposes } from '../federation/journey.ts';
import { journeyAnswer, refusedAnswer, signInAnswer, tenantOfSignIn } from '../federation/journey-answers.ts';
import { leadToProvider } from '../federation/lead-to-provider.ts';
import { receiveLogout } from '../federation/receive-logout.ts';
import { routeByDomain, shownProviders } from '../federation/shown-providers.ts';
import { attemptOf, attemptRefusal } from '../flows/attempt.ts';
import { currentSession } from '../flows/current-session.ts';
import { slowDown } from '../flows/slow-down.ts';
import { isFormOf, type Visit, visitOf } from '../flows/visit.ts';
import { type Answer, isRefused, problemAnswer, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { refusalPage } from '../http/refusal-page.ts';
import { type Call, endpointRoute, type Route, tenantBy } from '../http/route.ts';
import { leadOn } from '../oauth/authorization/lead-on.ts';
import { requestOf } from '../oauth/authorization/page-request.ts';
import { messagePage } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { isGoingOn } from '../sign-in/outcome.ts';
import { stepUpPath } from '../step-up/step-up-path.ts';
import { fromNetwork } from '../throttle/throttle.ts';
import { toNextStep } from './next-step-page.ts';
import { oauthRoute } from './oauth.ts';
import { safeReturn, toSignIn } from './return-to.ts';
import { visitForm } from './visit-form.ts';

/** People who prove at another provider who they are (OIDC Core §3.1, as the client). */
export const federationRoutes: readonly Route[] = [
  tenantBy(
    'address',
    endpointRoute(endpoints.signInIdentifier, async (services, call) => {
      const tenant = await tenantOfSignIn(services, call);
      const throttled = services.throttle.take(
        [fromNetwork('network', call.origin.ip)],
        services.clock.now(),
      );
      if (throttled)
        return problemAnswer(await slowDown(services, { tenant, origin: call.origin, throttled }));
      const provider = await routeByDomain(services, tenant, call.body.identifier);
      const providers = await shownProviders(services, tenant);
      const methods = provider
        ? ['federated', 'password']
        : ['password', ...(providers.length > 0 ? ['federated'] : [])];
      const led = provider ? { provider: { id: provider.id, name: provider.settings.name } } : {};
      return { status: 200, json: { methods, ...led, providers } };
    }),
  ),

  endpointRoute(endpoints.beginFederatedSignIn, async (services, call) => {
    const { params, body, cookies, origin } = call;
    const { purpose, returnTo, loginHint = null } = body;
    const mayLackProof = purpose === 'step-up';
    const current = purpose === 'sign-in' ? null : await currentSession(services, cookies, { mayLackProof });
    if (current && isRefused(current)) return problemAnswer(current);
    const attempt = attemptOf(services, call);
    const begun = await beginJourney(services, {
      tenant: current?.tenant ?? (await tenantOfSignIn(services, call)),
      providerId: params.provider as ProviderId, // of the form that the contract gives it
      purpose,
      attempt: attempt.id,
      current,
      request: (await requestOf(services, call))?.sealed ?? null,
      returnTo: safeReturn(returnTo),
      loginHint,
      origin,
    });
    if (isRefused(begun)) return problemAnswer(begun, attempt.cookies);
    return { status: 200, json: { location: begun.location }, cookies: attempt.cookies };
  }),

  { method: 'POST', path: '/sign-in/federated/:provider', accepts: 'form', handle: takeStart },
  {
    method: 'GET',
    path: '/sign-in/federated/:provider/callback',
    accepts: 'nothing',
    endpoint: endpoints.finishFederatedSignIn,
    handle: takeCallback,
  },
  {
    method: 'GET',
    path: '/api/sign-in/federated/:provider/callback',
    accepts: 'nothing',
    handle: takeCallback,
  },
  { method: 'POST', path: '/sign-in/connect', accepts: 'form', paced: 'refusals', handle: takeConnect },
  visitForm('/account/identities/disconnect', takeDisconnect),
  oauthRoute('/oauth/backchannel_logout', async (services, { origin }, parameters) => {
    const token = parameters.one('logout_token') ?? '';
    const isTaken = await receiveLogout(services, { token, origin });
    // OIDC Back-Channel Logout §2.8.
    return isTaken ? { status: 200 } : { oauthError: 'invalid_request' };
  }),
];

function providerOf({ params }: Call): ProviderId | null {
  const id = clientIdSchema.safeParse(params.provider);
  return id.success ? (id.data as ProviderId) : null; // of the form that the contract gives it
}

async function takeStart(services: Services, call: Call): Promise<Answer> {
  const { purpose: asked = 'sign-in', returnTo } = fieldsOf(call);
  const purpose: JourneyPurpose = journeyPurposes.find((known) => known === asked) ?? 'sign-in';
  const providerId = providerOf(call);
  const request = (await requestOf(services, call))?.sealed ?? null;
  const waiting = { purpose, request, returnTo: safeReturn(returnTo) };
  if (purpose === 'sign-in') {
    const stale = attemptRefusal(services, call);
    if (stale) return refusedStart(services, call, waiting);
    if (!providerId) return refusalPage('not_found');
    return leadToProvider(services, call, {
      ...waiting,
      tenant: await tenantOfSignIn(services, call),
      providerId,
    });
  }
  const visit = await visitOf(services, call, { mayLackProof: purpose === 'step-up' });
  if (isRefused(visit)) return toSignIn(visit, '/account');
  const { current, cookies } = visit;
  if (!isFormOf(services, current, call)) return refusalPage('form_expired', cookies);
  if (!providerId) return refusalPage('not_found', cookies);
  return leadToProvider(services, call, { ...waiting, tenant: current.tenant, providerId, current, cookies });
}

async function refusedStart(
  services: Services,
  call: Call,
  { request, returnTo }: { readonly request: string | null; readonly returnTo: string },
): Promise<Answer> {
  const waiting = { tenant: await tenantOfSignIn(services, call), request, returnTo };
  const view = call.cookies.attempt
    ? { refusal: 'form_expired' as const }
    : { notice: 'cookies-needed' as const };
  return signInAnswer(services, call, { waiting, status: refusalOf('form_expired').status, view });
}

async function takeCallback(services: Services, call: Call): Promise<Answer> {
  const { cookies, origin, search, query } = call;
  const providerId = providerOf(call);
  if (!providerId) return refusalPage('not_found');
  const visit = await visitOf(services, call, { mayLackProof: true });
  const isSignedIn = !isRefused(visit);
  const current = isSignedIn ? visit.current : null;
  const end = await finishJourney(services, {
    providerId,
    search,
    state: query.state,
    cookies,
    origin,
    current,
  });
  const answer = await journeyAnswer(services, call, end);
  // What the end says about cookies comes last, so that it wins over a refresh on the way.
  return isSignedIn ? { ...answer, cookies: [...visit.cookies, ...(answer.cookies ?? [])] } : answer;
}

async function takeConnect(services: Services, call: Call): Promise<Answer> {
  const { link, identifier = '', password = '', returnTo } = fieldsOf(call);
  const { cookies, origin } = call;
  const waits = await pendingLinkOf(services, { link, cookies });
  if (attemptRefusal(services, call) || !waits)
    return refusedAnswer(services, call, { refused: 'form_expired' });
  const { pending, providerName } = waits;
  const request = (await requestOf(services, call))?.sealed ?? null;
  const waiting = { tenant: pending.tenant, request, returnTo: safeReturn(returnTo) };
  const isTooLong = identifier.length > 254 || password.length > 1024;
  const proved = isTooLong
    ? ({ refused: 'invalid_credentials' } as const)
    : await connectAccount(services, pending, { link, identifier, password, cookies, origin });
  if (isRefused(proved)) {
    const view = {
      identifier: identifier.slice(0, 254),
      linking: { providerName, ...(link === undefined ? {} : { link }) },
      refusal: proved.refused,
      retryAfterSeconds: 'retryAfterSeconds' in proved ? proved.retryAfterSeconds : undefined,
    };
    return signInAnswer(services, call, { waiting, status: refusalOf(proved.refused).status, view });
  }
  const onward = { returnTo: waiting.returnTo, cookies: proved.cookies };
  if (isGoingOn(proved)) return toNextStep(call, onward);
  return proved.isLinkLost ? refusalPage('conflict', proved.cookies) : leadOn(services, call, onward);
}

async function takeDisconnect(services: Services, call: Call, { current }: Visit): Promise<Answer> {
  const { issuer = '', subject = '' } = fieldsOf(call);
  const isReadable = issuer.length <= 2000 && subject.length <= 500 && !`${issuer}${subject}`.includes('\0');
  if (!isReadable) return refusalPage('not_found');
  const outcome = await disconnect(services, current, { issuer, subject, origin: call.origin });
  if (!isRefused(outcome)) return seeOther('/account?notice=provider-disconnected');
  if (outcome.refused === 'insufficient_user_authentication')
    return seeOther(stepUpPath(outcome, '/account'));
  return outcome.refused === 'denied' ? onlyWayPage() : refusalPage(outcome.refused);
}

function onlyWayPage(): Answer {
  const html = messagePage({
    title: 'Your only way to sign in',
    message: 'Set a password or connect another provider first; then this one can be disconnected.',
    action: { href: '/account', label: 'Back to your account' },
  });
  return { status: refusalOf('denied').status, html };
}
