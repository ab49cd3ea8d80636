import { endpoints } from '@argus/contract';
import { signIn } from '../flows/sign-in.ts';
import { signUp } from '../flows/sign-up.ts';
import { useLink } from '../flows/use-link.ts';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { describeCurrent } from './describe.ts';

export const signInRoutes: readonly Route[] = [
  endpointRoute(endpoints.signUp, async (services, { body, tenant, origin }) => {
    const outcome = await signUp(services, { ...body, tenant, origin });
    return isRefused(outcome) ? problemAnswer(outcome) : { status: 201, json: outcome };
  }),

  endpointRoute(endpoints.signIn, async (services, { body, tenant, cookies, origin }) => {
    const outcome = await signIn(services, { ...body, tenant, cookies, origin });
    if (isRefused(outcome)) return problemAnswer(outcome);
    return {
      status: 200,
      json: { state: 'signed-in', ...describeCurrent(outcome.current) },
      cookies: outcome.cookies,
    };
  }),

  endpointRoute(endpoints.useLink, async (services, { body, tenant, cookies, origin }) => {
    const outcome = await useLink(services, { ...body, tenant, cookies, origin });
    if (isRefused(outcome)) return problemAnswer(outcome);
    return {
      status: 200,
      json: { state: 'signed-in', ...describeCurrent(outcome.current) },
      cookies: outcome.cookies,
    };
  }),
];
