import type { ProviderId, TenantId } from '@argus/contract';
import { attemptOf } from '../flows/attempt.ts';
import type { Current } from '../flows/current-session.ts';
import { type Answer, isRefused, seeOther } from '../http/answer.ts';
import type { SetCookie } from '../http/cookies.ts';
import type { Call } from '../http/route.ts';
import type { Services } from '../services.ts';
import { stepUpPath } from '../step-up/step-up-path.ts';
import { beginJourney } from './begin-journey.ts';
import type { JourneyPurpose } from './journey.ts';
import { refusedAnswer } from './journey-answers.ts';
import { leavingAnswer } from './leaving-page.ts';

export interface Leading {
  readonly tenant: TenantId;
  readonly providerId: ProviderId;
  readonly purpose: JourneyPurpose;
  readonly request: string | null;
  readonly returnTo: string;
  readonly loginHint?: string | undefined;
  /** Who is signed in; only a sign-in needs nobody. */
  readonly current?: Current | undefined;
  /** Cookies of a refresh on the way. */
  readonly cookies?: readonly SetCookie[];
}

/** Answer a form by leading its browser to a provider. */
export async function leadToProvider(services: Services, call: Call, leading: Leading): Promise<Answer> {
  const { tenant, purpose, request, returnTo, current, cookies = [], loginHint } = leading;
  const attempt = attemptOf(services, call);
  const given = [...cookies, ...attempt.cookies];
  const begun = await beginJourney(services, {
    ...leading,
    attempt: attempt.id,
    current: current ?? null,
    loginHint: loginHint ?? null,
    origin: call.origin,
  });
  if (!isRefused(begun)) {
    const { provider, location } = begun;
    return leavingAnswer({ providerName: provider.settings.name, location }, given);
  }
  if (begun.refused === 'insufficient_user_authentication')
    return seeOther(stepUpPath(begun, returnTo), given);
  const journey = { tenant, purpose, request, returnTo };
  const answer = await refusedAnswer(services, call, { ...begun, journey });
  return { ...answer, cookies: [...given, ...(answer.cookies ?? [])] };
}
