import { endpoints } from '@argus/contract';
import { isRefused, problemAnswer, type Refused } from '../http/answer.ts';
import { endpointRoute, paced, type Route, tenantBy } from '../http/route.ts';
import { stopRecovery } from '../recovery/administer-recovery.ts';
import { beginRecovery } from '../recovery/begin-recovery.ts';
import { changeEmail, sendVerification } from '../recovery/change-email.ts';
import { completeRecovery } from '../recovery/complete-recovery.ts';
import { undoChanges } from '../recovery/undo-changes.ts';
import { verifyEmail } from '../recovery/verify-email.ts';
import { signedIn } from './session.ts';
import { signInAnswer } from './sign-in-answer.ts';

/** Getting back into an account, and the address that this stands on. */
export const recoveryRoutes: readonly Route[] = [
  paced(
    'all',
    tenantBy(
      'address',
      endpointRoute(endpoints.beginRecovery, async (services, { body, tenant, origin }) =>
        answered(202, await beginRecovery(services, { ...body, tenant, origin })),
      ),
    ),
  ),
  tenantBy(
    'link',
    endpointRoute(endpoints.completeRecovery, async (services, { body, tenant, cookies, origin }) =>
      signInAnswer(services, await completeRecovery(services, { ...body, tenant, cookies, origin })),
    ),
  ),
  tenantBy(
    'link',
    endpointRoute(endpoints.verifyEmail, async (services, { body, tenant, origin }) =>
      answered(200, await verifyEmail(services, { ...body, tenant, origin })),
    ),
  ),
  tenantBy(
    'link',
    endpointRoute(endpoints.undoChanges, async (services, { body, tenant, origin }) =>
      answered(200, await undoChanges(services, { ...body, tenant, origin })),
    ),
  ),
  tenantBy(
    'link',
    endpointRoute(endpoints.stopRecovery, async (services, { body, tenant, origin }) =>
      answered(200, await stopRecovery(services, { ...body, tenant, origin })),
    ),
  ),
  paced(
    'all',
    endpointRoute(endpoints.changeEmail, (services, call) =>
      signedIn(services, call, async (current) =>
        answered(202, await changeEmail(services, current, { ...call.body, origin: call.origin })),
      ),
    ),
  ),
  endpointRoute(endpoints.sendVerification, (services, call) =>
    signedIn(services, call, async (current) =>
      answered(202, await sendVerification(services, current, call.origin)),
    ),
  ),
];

function answered(status: number, outcome: { readonly state: string } | Refused) {
  return isRefused(outcome) ? problemAnswer(outcome) : { status, json: outcome };
}
