import { endpoints, refusalOf } from '@argus/contract';
import { highest } from '@argus/core';
import { currentSession } from '../flows/current-session.ts';
import type { SignedIn } from '../flows/signed-in.ts';
import { type Visit, visitOf } from '../flows/visit.ts';
import { type Answer, isRefused, problemAnswer, type Refused } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { type Call, endpointRoute, type Route } from '../http/route.ts';
import { leadOn } from '../oauth/authorization/lead-on.ts';
import { requestOf } from '../oauth/authorization/page-request.ts';
import { stepUpPage } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { stepUpByTotp } from '../step-up/by-code.ts';
import { stepUpByPasskey, stepUpPasskeyOptions } from '../step-up/by-passkey.ts';
import { stepUpByPassword } from '../step-up/by-password.ts';
import { waysToProve } from '../step-up/ways-to-prove.ts';
import { describeCurrent } from './describe.ts';
import { safeReturn, toSignIn } from './return-to.ts';
import { signedIn } from './session.ts';
import { visitForm } from './visit-form.ts';

/** Proving again who one is, for a session that is too old or too weak for what it is asked. */
export const stepUpRoutes: readonly Route[] = [
  endpointRoute(endpoints.stepUpOptions, async (services, { cookies }) => {
    const current = await currentSession(services, cookies);
    if (isRefused(current)) return problemAnswer(current);
    const { methods, reachable } = await waysToProve(services, current);
    const passkey = methods.includes('passkey') ? await stepUpPasskeyOptions(services, current) : null;
    return { status: 200, json: { methods, reachable: highest([reachable, current.session.acr]), passkey } };
  }),

  endpointRoute(endpoints.stepUpWithPassword, (services, call) =>
    signedIn(services, call, async (current) =>
      steppedUp(await stepUpByPassword(services, current, { ...call.body, ...call })),
    ),
  ),
  endpointRoute(endpoints.stepUpWithTotp, (services, call) =>
    signedIn(services, call, async (current) =>
      steppedUp(await stepUpByTotp(services, current, { ...call.body, ...call })),
    ),
  ),
  endpointRoute(endpoints.stepUpWithPasskey, (services, call) =>
    signedIn(services, call, async (current) =>
      steppedUp(await stepUpByPasskey(services, current, { ...call.body, ...call })),
    ),
  ),
  {
    method: 'GET',
    path: '/step-up',
    accepts: 'nothing',
    async handle(services, call) {
      const visit = await visitOf(services, call);
      if (isRefused(visit)) return toSignIn(visit, '/account');
      return { ...(await stepUpAnswer(services, call, { visit })), cookies: visit.cookies };
    },
  },

  visitForm('/step-up', takeStepUp),
];

function steppedUp(outcome: SignedIn | Refused): Answer {
  if (isRefused(outcome)) return problemAnswer(outcome);
  const json = { state: 'signed-in', ...describeCurrent(outcome.current) };
  return { status: 200, json, cookies: outcome.cookies };
}

async function takeStepUp(services: Services, call: Call, visit: Visit): Promise<Answer> {
  const { password = '', returnTo } = fieldsOf(call);
  if (password.length > 1024)
    return stepUpAnswer(services, call, { visit, refused: { refused: 'invalid_credentials' } });
  const { cookies, origin } = call;
  const outcome = await stepUpByPassword(services, visit.current, { password, cookies, origin });
  if (isRefused(outcome)) return stepUpAnswer(services, call, { visit, refused: outcome });
  return leadOn(services, call, { returnTo: safeReturn(returnTo), cookies: outcome.cookies });
}

async function stepUpAnswer(
  services: Services,
  call: Call,
  { visit, refused }: { readonly visit: Visit; readonly refused?: Refused },
): Promise<Answer> {
  const request = await requestOf(services, call);
  const { methods, providers } = await waysToProve(services, visit.current);
  const html = stepUpPage({
    formToken: visit.formToken,
    email: visit.current.user.email,
    request: request?.sealed,
    clientName: request?.client.settings.name,
    methods,
    providers,
    returnTo: safeReturn(fieldsOf(call).returnTo ?? call.query.returnTo),
    refusal: refused?.refused,
    retryAfterSeconds: refused?.retryAfterSeconds,
  });
  return {
    status: refused ? refusalOf(refused.refused).status : 200,
    html,
    ...(request ? { csp: request.policy } : {}),
  };
}
