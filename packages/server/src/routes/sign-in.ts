import { endpoints, type SessionId } from '@argus/contract';
import { signUp } from '../flows/sign-up.ts';
import { useLink } from '../flows/use-link.ts';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, paced, type Route, tenantBy } from '../http/route.ts';
import { signInByPassword } from '../sign-in/by-password.ts';
import { chooseSession } from '../sign-in/choose-session.ts';
import { signInAnswer } from './sign-in-answer.ts';

export const signInRoutes: readonly Route[] = [
  paced(
    'all',
    tenantBy(
      'address',
      endpointRoute(endpoints.signUp, async (services, { body, tenant, origin }) => {
        const outcome = await signUp(services, { ...body, tenant, origin });
        return isRefused(outcome) ? problemAnswer(outcome) : { status: 201, json: outcome };
      }),
    ),
  ),
  paced(
    'refusals',
    tenantBy(
      'address',
      endpointRoute(endpoints.signIn, async (services, { body, tenant, cookies, origin }) => {
        const { staySignedIn, ...shown } = body;
        const asked = { ...shown, tenant, cookies, origin, details: { staySignedIn } };
        return signInAnswer(services, await signInByPassword(services, asked));
      }),
    ),
  ),
  tenantBy(
    'link',
    endpointRoute(endpoints.useLink, async (services, { body, tenant, cookies, origin }) =>
      signInAnswer(services, await useLink(services, { ...body, tenant, cookies, origin })),
    ),
  ),
  tenantBy(
    'attempt',
    endpointRoute(endpoints.chooseSession, async (services, { body, tenant, cookies, origin }) => {
      const endSessionId = body.endSessionId as SessionId; // of the form that the contract gives it
      return signInAnswer(services, await chooseSession(services, { tenant, cookies, origin }, endSessionId));
    }),
  ),
];
