import { refusalOf } from '@argus/contract';
import { newOwner, ruleFor } from '../authenticators/password/owner.ts';
import { attemptOf, attemptRefusal } from '../flows/attempt.ts';
import { signUp } from '../flows/sign-up.ts';
import { type Answer, isRefused, type Refused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import type { Call, Route } from '../http/route.ts';
import { requestOf } from '../oauth/authorization/page-request.ts';
import { closedPage, signUpPage } from '../pages/index.ts';
import type { Services } from '../services.ts';

export const signUpPageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/sign-up',
    accepts: 'nothing',
    handle: async (services, call) => signUpAnswer(services, call),
  },
  {
    method: 'POST',
    path: '/sign-up',
    accepts: 'form',
    tenantBy: 'address',
    paced: 'all',
    handle: takeSignUp,
  },
];

async function signUpAnswer(services: Services, call: Call, refused?: Refused): Promise<Answer> {
  const closed = await closedAnswer(services, call);
  if (closed) return closed;
  const attempt = attemptOf(services, call);
  const fields = fieldsOf(call);
  const request = await requestOf(services, call);
  const tenant = request?.client.tenant ?? call.tenant;
  const html = signUpPage({
    formToken: attempt.formToken,
    email: fields.email?.slice(0, 254),
    name: fields.name?.slice(0, 100),
    request: request?.sealed,
    refusal: refused?.refused,
    rule: await ruleFor(services, newOwner(tenant, {}, call.origin)),
  });
  return { status: refused ? refusalOf(refused.refused).status : 200, html, cookies: attempt.cookies };
}

/** A form that would be refused is not shown. */
async function closedAnswer(services: Services, call: Call): Promise<Answer | null> {
  const tenant = (await requestOf(services, call))?.client.tenant ?? call.tenant;
  const { mode } = (await services.policies.effective(tenant)).authentication.signUp;
  return mode === 'open' ? null : { status: refusalOf('sign_up_closed').status, html: closedPage() };
}

async function takeSignUp(services: Services, call: Call): Promise<Answer> {
  const stale = attemptRefusal(services, call);
  if (stale) return signUpAnswer(services, call, { refused: 'form_expired' });
  const { email = '', password = '', name = '' } = fieldsOf(call);
  if (email.length > 254 || name.length > 100)
    return signUpAnswer(services, call, { refused: 'invalid_request' });
  if (password.length > 1024) return signUpAnswer(services, call, { refused: 'password_too_long' });
  const request = await requestOf(services, call);
  const tenant = request?.client.tenant ?? call.tenant;
  const outcome = await signUp(services, { tenant, email, password, name, origin: call.origin });
  if (isRefused(outcome)) return signUpAnswer(services, call, outcome);
  // The application that waits is not forgotten on the way.
  const onward = new URLSearchParams({
    notice: 'account-ready',
    ...(request ? { request: request.sealed } : {}),
  });
  return seeOther(`/sign-in?${onward}`);
}
