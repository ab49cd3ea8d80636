import { type AuthenticatorId, endpoints, type UserId } from '@argus/contract';
import type { Recovery } from '@argus/core';
import { removeForUser, userAuthenticators } from '../account/administer-authenticators.ts';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import {
  cancelRecovery,
  sendPasswordReset,
  shownRecovery,
  startRecovery,
} from '../recovery/administer-recovery.ts';
import { administered } from './administered.ts';
import { time } from './describe.ts';

/** How users sign in, as administrators see and mend it: they take away and start over, and never set anything. */
export const adminAuthenticatorRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminListAuthenticators, (services, call) =>
    administered(services, call, async (by) => {
      const outcome = await userAuthenticators(services, by, call.params.id as UserId);
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 200, json: outcome };
    }),
  ),
  endpointRoute(endpoints.adminRemoveAuthenticator, (services, call) =>
    administered(services, call, async (by) => {
      const { id, authenticatorId } = call.params;
      // Both of the form that the contract gives them.
      const target = { userId: id as UserId, id: authenticatorId as AuthenticatorId };
      const outcome = await removeForUser(services, by, target);
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 204 };
    }),
  ),
  endpointRoute(endpoints.adminSendPasswordReset, (services, call) =>
    administered(services, call, async (by) => {
      const outcome = await sendPasswordReset(services, by, call.params.id as UserId);
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 202, json: outcome };
    }),
  ),
  endpointRoute(endpoints.adminShowRecovery, (services, call) =>
    administered(services, call, async (by) => {
      const outcome = await shownRecovery(services, by, call.params.id as UserId);
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 200, json: described(outcome) };
    }),
  ),
  endpointRoute(endpoints.adminStartRecovery, (services, call) =>
    administered(services, call, async (by) => {
      const outcome = await startRecovery(services, by, call.params.id as UserId);
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 201, json: described(outcome) };
    }),
  ),
  endpointRoute(endpoints.adminCancelRecovery, (services, call) =>
    administered(services, call, async (by) => {
      const outcome = await cancelRecovery(services, by, call.params.id as UserId);
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 204 };
    }),
  ),
];

function described({ startedBy, startedAt, dueAt }: Recovery) {
  return { startedBy, startedAt: time(startedAt), dueAt: time(dueAt) };
}
