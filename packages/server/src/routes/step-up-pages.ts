import { type AssuranceLevel, assuranceLevels, refusalOf } from '@argus/contract';
import { missingProofOf } from '../flows/missing-proof.ts';
import type { SignedIn } from '../flows/signed-in.ts';
import { type Visit, visitOf } from '../flows/visit.ts';
import { type Answer, isRefused, problemAnswer, type Refused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import type { Call, Route } from '../http/route.ts';
import { leadOn } from '../oauth/authorization/lead-on.ts';
import { requestOf } from '../oauth/authorization/page-request.ts';
import { stepUpPage, windowEnd, windowEndPage } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { stepUpByTotp } from '../step-up/by-code.ts';
import { stepUpByPasskey, stepUpPasskeyOptions } from '../step-up/by-passkey.ts';
import { stepUpByPassword } from '../step-up/by-password.ts';
import { waysToProve, waysToProveMissing } from '../step-up/ways-to-prove.ts';
import { authenticationIn } from './credential-field.ts';
import { safeReturn, toSignIn } from './return-to.ts';
import { visitForm } from './visit-form.ts';

/** Where more is proved, less was proved so far. */
const mayLackProof = { mayLackProof: true } as const;

/** Proving again who one is, on a page. */
export const stepUpPageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/step-up',
    accepts: 'nothing',
    async handle(services, call) {
      const visit = await visitOf(services, call, mayLackProof);
      if (isRefused(visit)) return toSignIn(visit, '/account');
      return { ...(await stepUpAnswer(services, call, { visit })), cookies: visit.cookies };
    },
  },
  {
    method: 'GET',
    path: windowEnd,
    accepts: 'nothing',
    handle: async () => ({ status: 200, html: windowEndPage() }),
  },
  proof('/step-up', async (services, call, { current }) => {
    const { password = '' } = fieldsOf(call);
    return password.length > 1024
      ? { refused: 'invalid_credentials' }
      : stepUpByPassword(services, current, { ...call, password });
  }),
  proof('/step-up/totp', async (services, call, { current }) =>
    stepUpByTotp(services, current, { ...call, code: (fieldsOf(call).code ?? '').slice(0, 41) }),
  ),
  proof('/step-up/passkey', async (services, call, { current }) => {
    const credential = authenticationIn(call);
    return credential
      ? stepUpByPasskey(services, current, { ...call, credential })
      : { refused: 'passkey_refused' };
  }),
  visitForm(
    '/step-up/passkey/options',
    async (services, _call, { current }) => {
      const options = await stepUpPasskeyOptions(services, current);
      return options ? { status: 200, json: { options } } : problemAnswer({ refused: 'not_found' });
    },
    mayLackProof,
  ),
];

function proof(
  path: string,
  prove: (services: Services, call: Call, visit: Visit) => Promise<SignedIn | Refused>,
): Route {
  const act = async (services: Services, call: Call, visit: Visit) => {
    const outcome = await prove(services, call, visit);
    if (isRefused(outcome)) return stepUpAnswer(services, call, { visit, refused: outcome });
    const returnTo = safeReturn(fieldsOf(call).returnTo);
    return leadOn(services, call, { returnTo, cookies: outcome.cookies });
  };
  return visitForm(path, act, mayLackProof);
}

async function stepUpAnswer(
  services: Services,
  call: Call,
  { visit, refused }: { readonly visit: Visit; readonly refused?: Refused },
): Promise<Answer> {
  const request = await requestOf(services, call);
  const needed = request?.acr ?? levelIn(fieldsOf(call).acr ?? call.query.acr);
  const asked = await missingProofOf(services, visit.current, request?.client.id);
  const { methods, providers } = asked
    ? await waysToProveMissing(services, visit.current, request?.client.id)
    : await waysToProve(services, visit.current, needed);
  const returnTo = safeReturn(fieldsOf(call).returnTo ?? call.query.returnTo);
  // What policy asks for has to be set up first, which a sign-in does.
  if (asked && methods.length === 0) {
    const on = request ? { request: request.sealed } : { returnTo };
    const query = new URLSearchParams({ ...on, notice: 'more-needed' });
    return seeOther(`/sign-in?${query}`);
  }
  const html = stepUpPage({
    formToken: visit.formToken,
    email: visit.current.user.email,
    request: request?.sealed,
    clientName: request?.client.settings.name,
    methods,
    providers,
    returnTo,
    refusal: refused?.refused,
    retryAfterSeconds: refused?.retryAfterSeconds,
  });
  return {
    status: refused ? refusalOf(refused.refused).status : 200,
    html,
    ...(request ? { csp: request.policy } : {}),
  };
}

function levelIn(text: string | undefined): AssuranceLevel | undefined {
  return assuranceLevels.find((level) => level === text);
}
