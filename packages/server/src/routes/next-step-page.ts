import { type RefusalCode, refusalOf, type TenantId } from '@argus/contract';
import type { SecondFactor } from '@argus/core';
import { attemptOf } from '../flows/attempt.ts';
import { type Answer, isRefused, type Refused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import type { SetCookie } from '../http/cookies.ts';
import { noRoomPage, refusalPage } from '../http/refusal-page.ts';
import type { Call } from '../http/route.ts';
import { leadOn } from '../oauth/authorization/lead-on.ts';
import { type PageRequest, requestOf, sealedOf } from '../oauth/authorization/page-request.ts';
import { chooseSessionPage, enrolPage, secondFactorPage } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { beginTotpInSignIn } from '../sign-in/enrol.ts';
import { neededNow } from '../sign-in/needed-now.ts';
import { isGoingOn, type SignInOutcome, type StillNeeded } from '../sign-in/outcome.ts';
import { describeSession, time } from './describe.ts';
import { safeReturn } from './return-to.ts';

/** To the page that asks for what a sign-in still takes, with what waits for it. */
export function toNextStep(
  call: Call,
  { returnTo, cookies }: { readonly returnTo: string; readonly cookies: readonly SetCookie[] },
): Answer {
  const request = sealedOf(call);
  const query = new URLSearchParams({ returnTo, ...(request === undefined ? {} : { request }) });
  return seeOther(`/sign-in/next?${query}`, cookies);
}

/** After a step on a page: on to the next one, to where the person wanted to go, or the same page with the refusal. */
export async function afterStep(services: Services, call: Call, outcome: SignInOutcome): Promise<Answer> {
  const returnTo = safeReturn(fieldsOf(call).returnTo);
  if (isRefused(outcome)) return nextStepAnswer(services, call, outcome);
  if (isGoingOn(outcome)) return toNextStep(call, { returnTo, cookies: outcome.cookies });
  return leadOn(services, call, { returnTo, cookies: outcome.cookies });
}

/** The tenant of a page in the middle of a sign-in: that of the client which waits. */
export function tenantOfPage(call: Call, request: PageRequest | null): TenantId {
  return request?.client.tenant ?? call.tenant;
}

/** The page for what the sign-in of this browser takes now. */
export async function nextStepAnswer(services: Services, call: Call, refused?: Refused): Promise<Answer> {
  const request = await requestOf(services, call);
  if (refused?.refused === 'too_many_sessions')
    return noRoomPage({ request: request?.sealed, returnTo: safeReturn(fieldsOf(call).returnTo) });
  const tenant = tenantOfPage(call, request);
  const needs = await neededNow(services, { ...call, tenant });
  // A form that is no longer good says so; where nothing is under way, there is no page to say it on.
  if (isRefused(needs) && refused?.refused === 'form_expired') return refusalPage('form_expired');
  if (isRefused(needs) || needs.kind === 'verify-email') return toSignInAgain(call, needs);
  const shown = await shownStep(services, call, { request, tenant, needs, refused });
  return {
    status: refused ? refusalOf(refused.refused).status : 200,
    html: shown,
    ...(request ? { csp: request.policy } : {}),
    ...(refused?.retryAfterSeconds === undefined
      ? {}
      : { headers: { 'retry-after': String(refused.retryAfterSeconds) } }),
  };
}

function toSignInAgain(call: Call, needs: Refused | StillNeeded): Answer {
  const notice = isRefused(needs) ? 'sign-in-expired' : 'verify-email';
  const request = sealedOf(call);
  return seeOther(`/sign-in?${new URLSearchParams({ notice, ...(request ? { request } : {}) })}`);
}

interface Step {
  readonly request: PageRequest | null;
  readonly tenant: TenantId;
  readonly needs: Exclude<StillNeeded, { kind: 'verify-email' }>;
  readonly refused: Refused | undefined;
}

async function shownStep(services: Services, call: Call, step: Step): Promise<string> {
  const { request, tenant, needs, refused } = step;
  const fields = fieldsOf(call);
  const view = {
    formToken: attemptOf(services, call).formToken,
    request: request?.sealed,
    clientName: request?.client.settings.name,
    returnTo: safeReturn(fields.returnTo ?? call.query.returnTo),
    refusal: refused?.refused satisfies RefusalCode | undefined,
    retryAfterSeconds: refused?.retryAfterSeconds,
  };
  switch (needs.kind) {
    case 'second-factor':
      return secondFactorPage({ ...view, ...needs, shown: methodOf(call, needs.methods) });
    case 'enrol': {
      const begun = needs.methods.includes('totp')
        ? await beginTotpInSignIn(services, { ...call, tenant }, fields.enrolment)
        : undefined;
      const totp = begun && !isRefused(begun) ? begun : undefined;
      return enrolPage({ ...view, methods: needs.methods, totp });
    }
    case 'choose-session': {
      const sessions = needs.sessions.map((record) => describeSession(record, null));
      return chooseSessionPage({ ...view, sessions, toEnd: needs.toEnd, now: time(services.clock.now()) });
    }
  }
}

/** The method that the person chose, by link or by the form that came back; else the best one. */
function methodOf(call: Call, methods: readonly SecondFactor[]): SecondFactor {
  const wanted = call.params.step ?? call.query.method;
  return methods.find((method) => method === wanted) ?? methods[0] ?? 'recovery-code';
}
