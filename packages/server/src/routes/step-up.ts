import { endpoints } from '@argus/contract';
import { highest } from '@argus/core';
import type { SignedIn } from '../flows/signed-in.ts';
import { type Answer, isRefused, problemAnswer, type Refused } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import type { Services } from '../services.ts';
import { stepUpByTotp } from '../step-up/by-code.ts';
import { stepUpByPasskey, stepUpPasskeyOptions } from '../step-up/by-passkey.ts';
import { stepUpByPassword } from '../step-up/by-password.ts';
import { waysToProve } from '../step-up/ways-to-prove.ts';
import { describeCurrent } from './describe.ts';
import { signedIn } from './session.ts';

/** Proving again who one is, for a session that is too old or too weak for what it is asked. */
export const stepUpRoutes: readonly Route[] = [
  endpointRoute(endpoints.stepUpOptions, (services, call) =>
    signedIn(services, call, async (current) => {
      const { methods, reachable } = await waysToProve(services, current);
      const passkey = methods.includes('passkey') ? await stepUpPasskeyOptions(services, current) : null;
      return {
        status: 200,
        json: { methods, reachable: highest([reachable, current.session.acr]), passkey },
      };
    }),
  ),

  endpointRoute(endpoints.stepUpWithPassword, (services, call) =>
    signedIn(services, call, async (current) =>
      steppedUp(services, await stepUpByPassword(services, current, { ...call.body, ...call })),
    ),
  ),
  endpointRoute(endpoints.stepUpWithTotp, (services, call) =>
    signedIn(services, call, async (current) =>
      steppedUp(services, await stepUpByTotp(services, current, { ...call.body, ...call })),
    ),
  ),
  endpointRoute(endpoints.stepUpWithPasskey, (services, call) =>
    signedIn(services, call, async (current) =>
      steppedUp(services, await stepUpByPasskey(services, current, { ...call.body, ...call })),
    ),
  ),
];

async function steppedUp(services: Services, outcome: SignedIn | Refused): Promise<Answer> {
  if (isRefused(outcome)) return problemAnswer(outcome);
  const json = { state: 'signed-in', ...(await describeCurrent(services, outcome.current)) };
  return { status: 200, json, cookies: outcome.cookies };
}
