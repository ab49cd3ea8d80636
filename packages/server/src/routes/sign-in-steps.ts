import { endpoints } from '@argus/contract';
import { attemptOf } from '../flows/attempt.ts';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route, tenantBy } from '../http/route.ts';
import type { Services } from '../services.ts';
import { continueWithRecoveryCode, continueWithTotp } from '../sign-in/by-code.ts';
import { signInByPasskey, signInPasskeyOptions } from '../sign-in/by-passkey.ts';
import { continueWithPassword } from '../sign-in/by-password-too.ts';
import {
  beginPasskeyInSignIn,
  beginTotpInSignIn,
  type EnrolledInSignIn,
  finishPasskeyInSignIn,
  finishTotpInSignIn,
} from '../sign-in/enrol.ts';
import { signInAnswer, signInState } from './sign-in-answer.ts';

/** What a sign-in takes after its first proof; the attempt cookie stands for what was proved before. */
const steps: readonly Route[] = [
  endpointRoute(endpoints.signInWithTotp, async (services, { body, tenant, cookies, origin }) =>
    signInAnswer(services, await continueWithTotp(services, { ...body, tenant, cookies, origin })),
  ),
  endpointRoute(endpoints.signInWithRecoveryCode, async (services, { body, tenant, cookies, origin }) =>
    signInAnswer(services, await continueWithRecoveryCode(services, { ...body, tenant, cookies, origin })),
  ),
  endpointRoute(endpoints.signInWithPasswordToo, async (services, { body, tenant, cookies, origin }) =>
    signInAnswer(services, await continueWithPassword(services, { ...body, tenant, cookies, origin })),
  ),
  endpointRoute(endpoints.signInPasskeyOptions, async (services, call) => {
    const attempt = attemptOf(services, call);
    const options = await signInPasskeyOptions(services, call, attempt.id);
    return { status: 200, json: { options }, cookies: attempt.cookies };
  }),
  endpointRoute(endpoints.signInWithPasskey, async (services, { body, tenant, cookies, origin }) =>
    signInAnswer(services, await signInByPasskey(services, { ...body, tenant, cookies, origin })),
  ),
  endpointRoute(endpoints.beginTotpInSignIn, async (services, call) => {
    const begun = await beginTotpInSignIn(services, call);
    if (isRefused(begun)) return problemAnswer(begun);
    const { secret, uri, qrCodeUrl: qrCode, enrolment } = begun;
    return { status: 200, json: { secret, uri, qrCode, enrolment } };
  }),
  endpointRoute(endpoints.confirmTotpInSignIn, async (services, { body, tenant, cookies, origin }) => {
    const enrolled = await finishTotpInSignIn(services, { ...body, tenant, cookies, origin });
    return isRefused(enrolled) ? problemAnswer(enrolled) : enrolledAnswer(services, enrolled);
  }),
  endpointRoute(endpoints.passkeyOptionsInSignIn, async (services, call) => {
    const options = await beginPasskeyInSignIn(services, call);
    return isRefused(options) ? problemAnswer(options) : { status: 200, json: { options } };
  }),
  endpointRoute(endpoints.addPasskeyInSignIn, async (services, { body, tenant, cookies, origin }) => {
    const enrolled = await finishPasskeyInSignIn(services, { ...body, tenant, cookies, origin });
    return isRefused(enrolled) ? problemAnswer(enrolled) : enrolledAnswer(services, enrolled);
  }),
];

export const signInStepRoutes: readonly Route[] = steps.map((step) => tenantBy('attempt', step));

async function enrolledAnswer(services: Services, { outcome, recoveryCodes }: EnrolledInSignIn) {
  const json = { answer: await signInState(services, outcome), recoveryCodes: [...recoveryCodes] };
  return { status: 200, json, cookies: outcome.cookies };
}
