import { type AuthenticatorId, endpoints } from '@argus/contract';
import { addPasskey, addTotp, replaceRecoveryCodes } from '../account/add-authenticator.ts';
import { describePasskey, describeTotp, listAuthenticators } from '../account/list-authenticators.ts';
import { mayEnrol } from '../account/may-change.ts';
import { removeAuthenticator, renameAuthenticator } from '../account/remove-authenticator.ts';
import { beginPasskeyEnrolment } from '../enrolment/passkey-enrolment.ts';
import { beginTotpEnrolment } from '../enrolment/totp-enrolment.ts';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { signedIn } from './session.ts';

/** How the signed-in person signs in. Every change of it needs a fresh proof. */
export const authenticatorRoutes: readonly Route[] = [
  endpointRoute(endpoints.listAuthenticators, (services, call) =>
    signedIn(services, call, async ({ tenant, user }) => ({
      status: 200,
      json: { authenticators: await listAuthenticators(services, tenant, user.id) },
    })),
  ),
  endpointRoute(endpoints.beginTotp, (services, call) =>
    signedIn(services, call, async (current) => {
      const allowed = await mayEnrol(services, current);
      if (isRefused(allowed)) return problemAnswer(allowed);
      const { tenant, user, session } = current;
      const begun = beginTotpEnrolment(services, { tenant, user, subject: session.id });
      const { secret, uri, qrCodeUrl: qrCode, enrolment } = begun;
      return { status: 200, json: { secret, uri, qrCode, enrolment } };
    }),
  ),
  endpointRoute(endpoints.confirmTotp, (services, call) =>
    signedIn(services, call, async (current) => {
      const outcome = await addTotp(services, current, { ...call.body, origin: call.origin });
      if (isRefused(outcome)) return problemAnswer(outcome);
      const { added, recoveryCodes, cookies } = outcome;
      return { status: 201, json: { authenticator: describeTotp(added), recoveryCodes }, cookies };
    }),
  ),
  endpointRoute(endpoints.passkeyOptions, (services, call) =>
    signedIn(services, call, async (current) => {
      const allowed = await mayEnrol(services, current);
      if (isRefused(allowed)) return problemAnswer(allowed);
      const { tenant, user, session } = current;
      const options = await beginPasskeyEnrolment(services, { tenant, user, subject: session.id });
      return { status: 200, json: { options } };
    }),
  ),
  endpointRoute(endpoints.addPasskey, (services, call) =>
    signedIn(services, call, async (current) => {
      const outcome = await addPasskey(services, current, { ...call.body, origin: call.origin });
      if (isRefused(outcome)) return problemAnswer(outcome);
      const { added, recoveryCodes, cookies } = outcome;
      return { status: 201, json: { authenticator: describePasskey(added), recoveryCodes }, cookies };
    }),
  ),
  endpointRoute(endpoints.newRecoveryCodes, (services, call) =>
    signedIn(services, call, async (current) => {
      const outcome = await replaceRecoveryCodes(services, current, call.origin);
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 201, json: outcome };
    }),
  ),
  endpointRoute(endpoints.renameAuthenticator, (services, call) =>
    signedIn(services, call, async (current) => {
      const id = call.params.id as AuthenticatorId; // of the form that the contract gives it
      const outcome = await renameAuthenticator(services, current, { ...call.body, id, origin: call.origin });
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 204 };
    }),
  ),
  endpointRoute(endpoints.removeAuthenticator, (services, call) =>
    signedIn(services, call, async (current) => {
      const outcome = await removeAuthenticator(services, current, {
        id: call.params.id as AuthenticatorId, // of the form that the contract gives it
        endOtherSessions: call.query.endOtherSessions === 'true',
        origin: call.origin,
      });
      return isRefused(outcome) ? problemAnswer(outcome) : { status: 204 };
    }),
  ),
];
