import { refusalOf } from '@argus/contract';
import { newOwner, ruleFor } from '../authenticators/password/owner.ts';
import { attemptOf, attemptRefusal } from '../flows/attempt.ts';
import { type Answer, isRefused, problemAnswer, type Refused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { refusalPage } from '../http/refusal-page.ts';
import type { Call, Route } from '../http/route.ts';
import {
  acceptWithPasskey,
  acceptWithPassword,
  invitationPasskeyOptions,
  openInvitation,
} from '../invitation/accept.ts';
import { closedPage, deadInvitationPage, invitationPage } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { isGoingOn, type SignInOutcome } from '../sign-in/outcome.ts';
import { registrationIn } from './credential-field.ts';
import { toNextStep } from './next-step-page.ts';

/** Invitations as their people meet them. A link from a mail only shows; what it opens is opened by a button. */
export const invitationPageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/invitation',
    accepts: 'nothing',
    handle: (services, call) => shown(services, call, { token: call.query.token ?? '' }),
  },
  accepting('/invitation', async (services, call) => {
    const { token = '', password = '', name } = fieldsOf(call);
    if (password.length > 1024) return { refused: 'password_too_long' };
    const { cookies, origin } = call;
    return acceptWithPassword(services, { token, password, name: name?.slice(0, 100), cookies, origin });
  }),
  accepting('/invitation/passkey', async (services, call) => {
    const credential = registrationIn(call);
    const { token = '' } = fieldsOf(call);
    const { cookies, origin } = call;
    return credential
      ? acceptWithPasskey(services, { token, credential, cookies, origin })
      : { refused: 'passkey_refused' };
  }),
  {
    method: 'POST',
    path: '/invitation/passkey/options',
    accepts: 'form',
    async handle(services, call) {
      if (attemptRefusal(services, call)) return problemAnswer({ refused: 'form_expired' });
      const { token = '' } = fieldsOf(call);
      const options = await invitationPasskeyOptions(services, { token, origin: call.origin });
      return isRefused(options) ? problemAnswer(options) : { status: 200, json: { options } };
    },
  },
];

function accepting(path: string, accept: (services: Services, call: Call) => Promise<SignInOutcome>): Route {
  return {
    method: 'POST',
    path,
    accepts: 'form',
    async handle(services, call) {
      const token = fieldsOf(call).token ?? '';
      if (attemptRefusal(services, call))
        return shown(services, call, { token, refused: { refused: 'form_expired' } });
      const outcome = await accept(services, call);
      if (isRefused(outcome)) return shown(services, call, { token, refused: outcome });
      return isGoingOn(outcome)
        ? toNextStep(call, { returnTo: '/account', cookies: outcome.cookies })
        : seeOther('/account', outcome.cookies);
    },
  };
}

async function shown(
  services: Services,
  call: Call,
  { token, refused }: { readonly token: string; readonly refused?: Refused },
): Promise<Answer> {
  const opened = await openInvitation(services, token);
  if (!opened && refused?.refused === 'form_expired') return refusalPage('form_expired');
  if (!opened) return { status: refusalOf('link_invalid').status, html: deadInvitationPage() };
  const { tenant, invitation } = opened;
  const { factors, signUp } = (await services.policies.effective(tenant)).authentication;
  if (signUp.mode === 'closed') return { status: refusalOf('sign_up_closed').status, html: closedPage() };
  const attempt = attemptOf(services, call);
  const html = invitationPage({
    formToken: attempt.formToken,
    token,
    email: invitation.email,
    name: fieldsOf(call).name?.slice(0, 100) ?? invitation.name ?? undefined,
    offersPassword: factors.methods.includes('password'),
    offersPasskey: factors.methods.includes('passkey'),
    refusal: refused?.refused,
    rule: await ruleFor(services, newOwner(tenant, { ...invitation, id: invitation.userId }, call.origin)),
  });
  return { status: refused ? refusalOf(refused.refused).status : 200, html, cookies: attempt.cookies };
}
