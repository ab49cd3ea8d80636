import type { AuthenticatorId } from '@argus/contract';
import { addPasskey, addTotp, replaceRecoveryCodes } from '../account/add-authenticator.ts';
import { mayEnrol } from '../account/may-change.ts';
import { removeAuthenticator, renameAuthenticator } from '../account/remove-authenticator.ts';
import { beginPasskeyEnrolment } from '../enrolment/passkey-enrolment.ts';
import { resumeTotpEnrolment } from '../enrolment/totp-enrolment.ts';
import { type Visit, visitOf } from '../flows/visit.ts';
import { type Answer, isRefused, problemAnswer, type Refused, seeOther } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { refusalPage } from '../http/refusal-page.ts';
import type { Call, Route } from '../http/route.ts';
import { recoveryCodesPage, totpPage } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { stepUpPath } from '../step-up/step-up-path.ts';
import { accountAnswer } from './account-answer.ts';
import { registrationIn } from './credential-field.ts';
import { toSignIn } from './return-to.ts';
import { visitForm } from './visit-form.ts';

/** How a person changes on pages what they sign in with. */
export const accountAuthenticatorPageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/account/totp',
    accepts: 'nothing',
    async handle(services, call) {
      const visit = await visitOf(services, call);
      if (isRefused(visit)) return toSignIn(visit, '/account/totp');
      return { ...(await totpAnswer(services, call, { visit })), cookies: visit.cookies };
    },
  },
  visitForm('/account/totp', takeTotp, { returnTo: () => '/account/totp' }),
  visitForm('/account/passkeys/options', async (services, _call, { current }) => {
    const allowed = await mayEnrol(services, current);
    if (isRefused(allowed)) return problemAnswer(allowed);
    const { tenant, user, session } = current;
    const options = await beginPasskeyEnrolment(services, { tenant, user, subject: session.id });
    return { status: 200, json: { options } };
  }),
  visitForm('/account/passkeys', takePasskey),
  visitForm('/account/recovery-codes', async (services, call, visit) => {
    const outcome = await replaceRecoveryCodes(services, visit.current, call.origin);
    if (isRefused(outcome)) return refusedAnswer(services, call, { visit, refused: outcome });
    return codesAnswer(outcome.recoveryCodes, 'codes-kept', true);
  }),
  visitForm('/account/authenticators/:id/rename', async (services, call, visit) => {
    const { name = '' } = fieldsOf(call);
    const id = idOf(call);
    const outcome = id
      ? await renameAuthenticator(services, visit.current, {
          id,
          name: name.slice(0, 100),
          origin: call.origin,
        })
      : ({ refused: 'not_found' } as const);
    if (isRefused(outcome)) return refusedAnswer(services, call, { visit, refused: outcome });
    return seeOther('/account?notice=authenticator-renamed#ways-to-sign-in');
  }),
  visitForm('/account/authenticators/:id/remove', async (services, call, visit) => {
    const id = idOf(call);
    const asked = { endOtherSessions: endsOthers(call), origin: call.origin };
    const outcome = id
      ? await removeAuthenticator(services, visit.current, { id, ...asked })
      : ({ refused: 'not_found' } as const);
    if (isRefused(outcome)) return refusedAnswer(services, call, { visit, refused: outcome });
    const notice = outcome.removed === 'totp' ? 'totp-removed' : 'passkey-removed';
    return seeOther(`/account?notice=${notice}#ways-to-sign-in`);
  }),
];

async function totpAnswer(
  services: Services,
  call: Call,
  { visit, refused }: { readonly visit: Visit; readonly refused?: Refused },
): Promise<Answer> {
  const allowed = await mayEnrol(services, visit.current);
  if (isRefused(allowed)) return seeOther(stepUpPath(allowed, '/account/totp'));
  const { tenant, user, session } = visit.current;
  const enrolling = { tenant, user, subject: session.id };
  const enrolment = resumeTotpEnrolment(services, enrolling, fieldsOf(call).enrolment);
  const html = totpPage({
    ...enrolment,
    formToken: visit.formToken,
    refusal: refused?.refused,
    retryAfterSeconds: refused?.retryAfterSeconds,
  });
  return { status: refused ? problemAnswer(refused).status : 200, html };
}

async function takeTotp(services: Services, call: Call, visit: Visit): Promise<Answer> {
  const { enrolment = '', code = '', name } = fieldsOf(call);
  const outcome = await addTotp(services, visit.current, {
    enrolment: enrolment.slice(0, 2000),
    code: code.slice(0, 41),
    name: name?.slice(0, 100),
    endOtherSessions: endsOthers(call),
    origin: call.origin,
  });
  if (isRefused(outcome)) return totpAnswer(services, call, { visit, refused: outcome });
  return { ...codesAnswer(outcome.recoveryCodes, 'totp-added'), cookies: outcome.cookies };
}

async function takePasskey(services: Services, call: Call, visit: Visit): Promise<Answer> {
  const credential = registrationIn(call);
  const { name } = fieldsOf(call);
  const outcome = credential
    ? await addPasskey(services, visit.current, {
        credential,
        name: name?.slice(0, 100) || undefined,
        endOtherSessions: endsOthers(call),
        origin: call.origin,
      })
    : ({ refused: 'passkey_refused' } as const);
  if (isRefused(outcome)) return refusedAnswer(services, call, { visit, refused: outcome });
  return { ...codesAnswer(outcome.recoveryCodes, 'passkey-added'), cookies: outcome.cookies };
}

function codesAnswer(
  codes: readonly string[],
  notice: 'totp-added' | 'passkey-added' | 'codes-kept',
  isReplacing = false,
): Answer {
  const href = `/account?notice=${notice}#ways-to-sign-in`;
  if (codes.length === 0) return seeOther(href);
  return { status: 200, html: recoveryCodesPage({ codes, isReplacing, continueTo: { href } }) };
}

/** A change that needs a fresh proof leads there; what went wrong otherwise is told on the account page. */
function refusedAnswer(
  services: Services,
  call: Call,
  { visit, refused }: { readonly visit: Visit; readonly refused: Refused },
): Promise<Answer> | Answer {
  if (refused.refused === 'insufficient_user_authentication')
    return seeOther(stepUpPath(refused, '/account#ways-to-sign-in'));
  if (refused.refused === 'not_found') return refusalPage('not_found');
  return accountAnswer(services, call, { visit, refusal: refused.refused });
}

function idOf({ params }: Call): AuthenticatorId | null {
  const { id = '' } = params;
  return /^[0-9a-f-]{36}$/.test(id) ? (id as AuthenticatorId) : null; // looks like one; whose it is is asked
}

function endsOthers(call: Call): boolean {
  return fieldsOf(call).endOtherSessions !== undefined;
}
