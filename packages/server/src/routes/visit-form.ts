import { isFormOf, type Visit, visitOf } from '../flows/visit.ts';
import { type Answer, isRefused } from '../http/answer.ts';
import { refusalPage } from '../http/refusal-page.ts';
import type { Call, Route } from '../http/route.ts';
import type { Services } from '../services.ts';
import { toSignIn } from './return-to.ts';

interface FormTerms {
  /** Where whoever has to sign in or to prove more first comes back to. */
  readonly returnTo?: (call: Call) => string;
  readonly mayLackProof?: boolean;
}

/** A form of a page for people who are signed in: a live session and a token of that very session, or nothing happens. */
export function visitForm(
  path: string,
  act: (services: Services, call: Call, visit: Visit) => Promise<Answer>,
  { returnTo = () => '/account', mayLackProof = false }: FormTerms = {},
): Route {
  return {
    method: 'POST',
    path,
    accepts: 'form',
    async handle(services, call) {
      const visit = await visitOf(services, call, { mayLackProof });
      if (isRefused(visit)) return toSignIn(visit, returnTo(call));
      if (!isFormOf(services, visit.current, call)) return refusalPage('form_expired', visit.cookies);
      const answer = await act(services, call, visit);
      // What the act says about cookies comes last, so that it wins over a refresh on the way.
      return { ...answer, cookies: [...visit.cookies, ...(answer.cookies ?? [])] };
    },
  };
}
