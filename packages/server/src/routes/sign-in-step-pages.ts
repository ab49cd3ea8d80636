import type { SessionId } from '@argus/contract';
import { passkeyByCredential } from '@argus/store';
import { relyingPartyOf } from '../authenticators/passkey/relying-party-of.ts';
import { attemptOf, attemptRefusal } from '../flows/attempt.ts';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { type Call, type Route, tenantBy } from '../http/route.ts';
import { requestOf } from '../oauth/authorization/page-request.ts';
import { recoveryCodesPage, type UnknownPasskey } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { continueWithRecoveryCode, continueWithTotp } from '../sign-in/by-code.ts';
import { signInByPasskey, signInPasskeyOptions } from '../sign-in/by-passkey.ts';
import { continueWithPassword } from '../sign-in/by-password-too.ts';
import { chooseSession } from '../sign-in/choose-session.ts';
import {
  beginPasskeyInSignIn,
  type EnrolledInSignIn,
  finishPasskeyInSignIn,
  finishTotpInSignIn,
} from '../sign-in/enrol.ts';
import { neededNow } from '../sign-in/needed-now.ts';
import type { NextProof } from '../sign-in/open-progress.ts';
import type { SignInOutcome } from '../sign-in/outcome.ts';
import { authenticationIn, registrationIn } from './credential-field.ts';
import { afterStep, nextStepAnswer, tenantOfPage } from './next-step-page.ts';
import { signInAnswer } from './sign-in-pages.ts';

const stepPages: readonly Route[] = [
  {
    method: 'GET',
    path: '/sign-in/next',
    accepts: 'nothing',
    handle: (services, call) => nextStepAnswer(services, call),
  },
  step('totp', (services, call) => continueWithTotp(services, { ...call, ...codeIn(call) })),
  step('recovery-code', (services, call) => continueWithRecoveryCode(services, { ...call, ...codeIn(call) })),
  step('password', async (services, call) => {
    const { password = '' } = fieldsOf(call);
    return password.length > 1024
      ? { refused: 'invalid_credentials' }
      : continueWithPassword(services, { ...call, password });
  }),
  step('passkey', async (services, call) => {
    const credential = authenticationIn(call);
    const rememberDevice = wantsRemembered(call);
    const staySignedIn = fieldsOf(call).staySignedIn === 'yes';
    const clientId = (await requestOf(services, call))?.client.id;
    return credential
      ? signInByPasskey(services, { ...call, credential, rememberDevice, clientId, staySignedIn })
      : { refused: 'passkey_refused' };
  }),
  step('choose-session', async (services, call) => {
    const { endSessionId = '' } = fieldsOf(call);
    if (!/^[0-9a-f-]{36}$/.test(endSessionId)) return { refused: 'not_found' };
    return chooseSession(services, call, endSessionId as SessionId); // looks like one; whose it is is asked
  }),
  enrolment('totp', async (services, call) => {
    const { enrolment = '', code = '' } = fieldsOf(call);
    return enrolment.length > 2000 || code.length > 40
      ? ({ refused: 'wrong_code' } as const)
      : finishTotpInSignIn(services, { ...call, enrolment, code });
  }),
  enrolment('passkey', async (services, call) => {
    const credential = registrationIn(call);
    const { name } = fieldsOf(call);
    return credential
      ? finishPasskeyInSignIn(services, { ...call, credential, name: name?.slice(0, 100) })
      : ({ refused: 'passkey_refused' } as const);
  }),
  optionsRoute('/sign-in/passkey/options', async (services, call) =>
    signInPasskeyOptions(services, call, attemptOf(services, call).id),
  ),
  optionsRoute('/sign-in/enrol/passkey/options', beginPasskeyInSignIn),
];

/** The pages of a sign-in after its first proof. */
export const signInStepPageRoutes: readonly Route[] = stepPages.map((page) => tenantBy('attempt', page));

type StepCall = Call & NextProof;

/** Only a form of this very attempt goes on, and for the tenant of what waits. */
async function stepCall(services: Services, call: Call): Promise<StepCall | null> {
  if (attemptRefusal(services, call)) return null;
  return { ...call, tenant: tenantOfPage(call, await requestOf(services, call)) };
}

function step(name: string, take: (services: Services, call: StepCall) => Promise<SignInOutcome>): Route {
  return {
    method: 'POST',
    path: `/sign-in/${name}`,
    accepts: 'form',
    async handle(services, call) {
      // The page that comes back after a refusal shows the same way.
      const here = { ...call, params: { ...call.params, step: name } };
      const own = await stepCall(services, here);
      if (!own) return nextStepAnswer(services, here, { refused: 'form_expired' });
      const outcome = await take(services, own);
      // A passkey may have been the beginning, and then the page that it began on shows what became of it.
      if (name === 'passkey' && isRefused(outcome) && !(await isUnderWay(services, own)))
        return signInAnswer(services, own, {
          refused: outcome,
          unknownPasskey: await unknownIn(services, own),
        });
      return afterStep(services, own, outcome);
    },
  };
}

async function isUnderWay(services: Services, call: StepCall): Promise<boolean> {
  return !isRefused(await neededNow(services, call));
}

/** Nobody's any more; one that was refused for another reason stays where it is. */
async function unknownIn(services: Services, call: StepCall): Promise<UnknownPasskey | undefined> {
  const credential = authenticationIn(call);
  if (!credential) return undefined;
  const { rawId: credentialId } = credential;
  const bytes = Buffer.from(credentialId, 'base64url');
  const known = await passkeyByCredential(services.store.pool, call.tenant, bytes);
  return known ? undefined : { rpId: relyingPartyOf(services).rpId, credentialId };
}

function enrolment(
  name: string,
  take: (
    services: Services,
    call: StepCall,
  ) => Promise<EnrolledInSignIn | Extract<SignInOutcome, { refused: unknown }>>,
): Route {
  return {
    method: 'POST',
    path: `/sign-in/enrol/${name}`,
    accepts: 'form',
    async handle(services, call) {
      const own = await stepCall(services, call);
      if (!own) return nextStepAnswer(services, call, { refused: 'form_expired' });
      const enrolled = await take(services, own);
      if (isRefused(enrolled)) return nextStepAnswer(services, own, enrolled);
      return withCodes(services, own, enrolled);
    },
  };
}

/** The codes are shown before the person goes on, wherever that leads. */
async function withCodes(
  services: Services,
  call: StepCall,
  { outcome, recoveryCodes }: EnrolledInSignIn,
): Promise<Answer> {
  const onward = await afterStep(services, call, outcome);
  if (recoveryCodes.length === 0) return onward;
  const href = onward.headers?.location ?? onward.headers?.refresh?.replace(/^0;url=/, '') ?? '/account';
  const html = recoveryCodesPage({ codes: recoveryCodes, continueTo: { href } });
  return { status: 200, html, cookies: outcome.cookies, headers: { 'cache-control': 'no-store' } };
}

function optionsRoute(path: string, begin: (services: Services, call: StepCall) => Promise<object>): Route {
  return {
    method: 'POST',
    path,
    accepts: 'form',
    async handle(services, call) {
      const own = await stepCall(services, call);
      if (!own) return problemAnswer({ refused: 'form_expired' });
      const options = await begin(services, own);
      return isRefused(options) ? problemAnswer(options) : { status: 200, json: { options } };
    },
  };
}

function codeIn(call: Call): { readonly code: string; readonly rememberDevice: boolean } {
  return { code: (fieldsOf(call).code ?? '').slice(0, 41), rememberDevice: wantsRemembered(call) };
}

function wantsRemembered(call: Call): boolean {
  return fieldsOf(call).rememberDevice !== undefined;
}
