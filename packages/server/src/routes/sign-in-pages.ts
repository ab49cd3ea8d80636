import { type EndReason, endReasons, refusalOf } from '@argus/contract';
import { newOwner, ruleFor } from '../authenticators/password/owner.ts';
import { leadToProvider } from '../federation/lead-to-provider.ts';
import { routeByDomain, shownProviders } from '../federation/shown-providers.ts';
import { attemptOf, attemptRefusal } from '../flows/attempt.ts';
import { signOut } from '../flows/end-sessions.ts';
import { clearedCookies } from '../flows/issue-tokens.ts';
import { isInviting, readLink, useLink } from '../flows/use-link.ts';
import { isFormOf, visitOf } from '../flows/visit.ts';
import { type Answer, isRefused, type Refused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { noRoomPage, refusalPage } from '../http/refusal-page.ts';
import type { Call, Route } from '../http/route.ts';
import { leadOn } from '../oauth/authorization/lead-on.ts';
import { requestOf } from '../oauth/authorization/page-request.ts';
import { linkPage, type SignInNotice, signInPage, type UnknownPasskey } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { beginningAttempt } from '../sign-in/beginning-attempt.ts';
import { signInByPassword } from '../sign-in/by-password.ts';
import { isGoingOn } from '../sign-in/outcome.ts';
import { stayOffered } from '../sign-in/stay-signed-in.ts';
import { tenantOfPage, toNextStep } from './next-step-page.ts';
import { safeReturn } from './return-to.ts';

export const signInPageRoutes: readonly Route[] = [
  { method: 'GET', path: '/', accepts: 'nothing', handle: async () => seeOther('/account') },
  { method: 'GET', path: '/sign-in', accepts: 'nothing', handle: showSignIn },
  {
    method: 'POST',
    path: '/sign-in',
    accepts: 'form',
    tenantBy: 'address',
    paced: 'refusals',
    handle: takeSignIn,
  },
  { method: 'GET', path: '/link', accepts: 'nothing', tenantBy: 'link', handle: showLink },
  { method: 'POST', path: '/link', accepts: 'form', tenantBy: 'link', handle: takeLink },
  { method: 'POST', path: '/sign-out', accepts: 'form', handle: takeSignOut },
];

const notices: readonly SignInNotice[] = [
  'account-ready',
  'signed-out',
  'session-ended',
  'password-changed',
  'email-verified',
  'email-changed',
  'verify-email',
  'recovery-stopped',
  'changes-undone',
  'sign-in-expired',
  'password-reset',
  'more-needed',
];

async function showSignIn(services: Services, call: Call): Promise<Answer> {
  const visit = await visitOf(services, call);
  // A client that sent the person here has a reason, even when somebody is signed in: another person is wanted.
  const request = await requestOf(services, call);
  if (!isRefused(visit) && !request) return seeOther(safeReturn(call.query.returnTo), visit.cookies);
  const notice = notices.find((known) => known === call.query.notice);
  const ended = endReasons.find((known) => known === call.query.ended);
  return signInAnswer(services, call, { notice, ended });
}

export interface Shown {
  readonly notice?: SignInNotice | undefined;
  /** Why, with the notice that a session ended. */
  readonly ended?: EndReason | undefined;
  readonly refused?: Refused;
  /** One that nobody has here any more: the browser is told to offer it no longer. */
  readonly unknownPasskey?: UnknownPasskey | undefined;
}

export async function signInAnswer(
  services: Services,
  call: Call,
  { notice, ended, refused, unknownPasskey }: Shown,
): Promise<Answer> {
  const fields = fieldsOf(call);
  const request = await requestOf(services, call);
  const returnTo = safeReturn(fields.returnTo ?? call.query.returnTo);
  if (refused?.refused === 'too_many_sessions') return noRoomPage({ request: request?.sealed, returnTo });
  const tenant = tenantOfPage(call, request);
  const attempt = await beginningAttempt(services, { ...call, tenant });
  const { authentication } = await services.policies.effective(tenant);
  const html = signInPage({
    formToken: attempt.formToken,
    identifier: fields.identifier?.slice(0, 254) ?? request?.loginHint ?? undefined,
    request: request?.sealed,
    clientName: request?.client.settings.name,
    providers: await shownProviders(services, tenant),
    offersPasskey: authentication.factors.methods.includes('passkey'),
    offersSignUp: authentication.signUp.mode === 'open',
    staySeconds: await stayOffered(services, { tenant, clientId: request?.client.id, origin: call.origin }),
    returnTo,
    refusal: refused?.refused,
    retryAfterSeconds: refused?.retryAfterSeconds,
    unknownPasskey,
    notice,
    ended,
  });
  return {
    status: refused ? refusalOf(refused.refused).status : notice === 'cookies-needed' ? 403 : 200,
    html,
    cookies: attempt.cookies,
    ...(request ? { csp: request.policy } : {}),
  };
}

async function takeSignIn(services: Services, call: Call): Promise<Answer> {
  const stale = attemptRefusal(services, call);
  if (stale === 'cookies-needed') return signInAnswer(services, call, { notice: 'cookies-needed' });
  if (stale) return signInAnswer(services, call, { refused: { refused: stale } });
  const fields = fieldsOf(call);
  const { identifier = '', password = '', returnTo } = fields;
  if (identifier.length > 254 || password.length > 1024)
    return signInAnswer(services, call, { refused: { refused: 'invalid_credentials' } });
  const { cookies, origin } = call;
  // The tenant of a sign-in is that of the client it is for.
  const request = await requestOf(services, call);
  const tenant = tenantOfPage(call, request);
  const routed = await routeByDomain(services, tenant, identifier);
  if (routed) {
    // What was typed as password is not looked at: it would be another's.
    return leadToProvider(services, call, {
      tenant,
      providerId: routed.id,
      purpose: 'sign-in',
      request: request?.sealed ?? null,
      returnTo: safeReturn(returnTo),
      loginHint: identifier,
    });
  }
  const outcome = await signInByPassword(services, {
    tenant,
    identifier,
    password,
    cookies,
    origin,
    details: { clientId: request?.client.id, staySignedIn: fields.staySignedIn === 'yes' },
  });
  if (isRefused(outcome)) return signInAnswer(services, call, { refused: outcome });
  if (isGoingOn(outcome))
    return toNextStep(call, { returnTo: safeReturn(returnTo), cookies: outcome.cookies });
  return leadOn(services, call, { returnTo: safeReturn(returnTo), cookies: outcome.cookies });
}

async function showLink(services: Services, call: Call): Promise<Answer> {
  return linkAnswer(services, call, { token: call.query.token ?? '' });
}

async function linkAnswer(
  services: Services,
  call: Call,
  { token, refused }: { readonly token: string; readonly refused?: Refused },
): Promise<Answer> {
  const record =
    token.length > 0 && token.length <= 200 ? await readLink(services, call.tenant, token) : null;
  if (!record || !isInviting(record.link.kind)) return refusalPage('link_invalid');
  const attempt = attemptOf(services, call);
  const html = linkPage({
    formToken: attempt.formToken,
    token,
    kind: record.link.kind,
    email: record.user?.email ?? fieldsOf(call).email?.slice(0, 254),
    refusal: refused?.refused,
    rule: await ruleFor(services, newOwner(call.tenant, record.user ?? {}, call.origin)),
  });
  return { status: refused ? refusalOf(refused.refused).status : 200, html, cookies: attempt.cookies };
}

async function takeLink(services: Services, call: Call): Promise<Answer> {
  const { token = '', password = '', email, name } = fieldsOf(call);
  if (attemptRefusal(services, call))
    return linkAnswer(services, call, { token, refused: { refused: 'form_expired' } });
  if (password.length > 1024)
    return linkAnswer(services, call, { token, refused: { refused: 'password_too_long' } });
  if ((email?.length ?? 0) > 254 || (name?.length ?? 0) > 100)
    return linkAnswer(services, call, { token, refused: { refused: 'invalid_request' } });
  const { tenant, cookies, origin } = call;
  const outcome = await useLink(services, { tenant, token, password, email, name, cookies, origin });
  if (isRefused(outcome) && outcome.refused === 'too_many_sessions') return noRoomPage();
  if (isRefused(outcome)) return linkAnswer(services, call, { token, refused: outcome });
  return isGoingOn(outcome)
    ? toNextStep(call, { returnTo: '/account', cookies: outcome.cookies })
    : seeOther('/account', outcome.cookies);
}

async function takeSignOut(services: Services, call: Call): Promise<Answer> {
  const visit = await visitOf(services, call, { mayLackProof: true });
  if (!isRefused(visit) && !isFormOf(services, visit.current, call))
    return refusalPage('form_expired', visit.cookies);
  await signOut(services, call);
  return seeOther('/sign-in?notice=signed-out', clearedCookies);
}
