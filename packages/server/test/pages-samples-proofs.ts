import type { AuthenticatorAnswer } from '@argus/contract';
import { qrCode } from '../src/authenticators/totp/qr-code.ts';
import type { AccountView } from '../src/pages/account-view.ts';
import {
  chooseSessionPage,
  confirmPage,
  enrolPage,
  recoverPage,
  recoveryCodesPage,
  resetPasswordPage,
  type SecondFactorView,
  type ShownEnrolment,
  secondFactorPage,
  sessionLimitPage,
  signInPage,
  totpPage,
} from '../src/pages/index.ts';
import { sampleSession, type Texts } from './pages-samples-session.ts';

const earlier = '2025-11-23T12:57:00.000Z';
const now = '2025-11-23T14:31:00.000Z';
const month = 30 * 86_400;

/** Every kind of authenticator, with passkeys in each state of being synced. */
export function sampleAuthenticators(text: Texts): Pick<AccountView, 'authenticators' | 'knownPasskeys'> {
  const named = (id: string) => ({ id, name: text(), createdAt: earlier, lastUsedAt: earlier });
  const passkey = (backupEligible: boolean, backedUp: boolean): AuthenticatorAnswer => ({
    kind: 'passkey',
    ...named(text()),
    credentialId: text(),
    model: backupEligible ? text() : null,
    backupEligible,
    backedUp,
    attested: false,
    transports: ['internal'],
  });
  return {
    authenticators: [
      { kind: 'password', changedAt: earlier },
      passkey(true, true),
      passkey(true, false),
      passkey(false, false),
      { kind: 'totp', ...named(text()), lastUsedAt: null },
      { kind: 'recovery-code', id: 'codes-1', createdAt: earlier, left: 3 },
    ],
    knownPasskeys: {
      rpId: text(),
      userId: text(),
      name: text(),
      displayName: text(),
      credentialIds: [text()],
    },
  };
}

function enrolment(text: Texts): ShownEnrolment {
  const secret = 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP';
  return {
    qr: qrCode(`otpauth://totp/Argus:ada@example.org?secret=${secret.replaceAll(' ', '')}`, text()),
    secret,
    enrolment: text(),
  };
}

/** Every page of the ways to prove who one is, and of links from mail, in its states. */
export function sampleProofPages(text: Texts): Readonly<Record<string, string>> {
  return { ...secondFactorStates(text), ...enrolStates(text), ...codeStates(text), ...mailStates(text) };
}

function secondFactorStates(text: Texts): Record<string, string> {
  const asked = { formToken: text(), request: text(), returnTo: text() };
  const all: SecondFactorView = {
    ...asked,
    clientName: text(),
    methods: ['passkey', 'totp', 'password', 'recovery-code'],
    shown: 'totp',
    rememberDeviceSeconds: month,
  };
  const session = { ...asked, sessions: [sampleSession(text), sampleSession(text)], toEnd: 1, now };
  return {
    'second factor, totp': secondFactorPage(all),
    'second factor, totp alone': secondFactorPage({ ...all, methods: ['totp'], rememberDeviceSeconds: 0 }),
    'second factor, totp wrong': secondFactorPage({ ...all, refusal: 'wrong_code' }),
    'second factor, slowed down': secondFactorPage({ ...all, refusal: 'slow_down', retryAfterSeconds: 95 }),
    'second factor, passkey': secondFactorPage({ ...all, shown: 'passkey' }),
    'second factor, passkey refused': secondFactorPage({
      ...all,
      shown: 'passkey',
      refusal: 'passkey_refused',
      unknownPasskey: { rpId: text(), credentialId: text() },
    }),
    'second factor, password': secondFactorPage({ ...all, shown: 'password' }),
    'second factor, password wrong': secondFactorPage({
      ...all,
      shown: 'password',
      refusal: 'invalid_credentials',
    }),
    'second factor, recovery code': secondFactorPage({
      ...all,
      shown: 'recovery-code',
      clientName: undefined,
    }),
    'choose session': chooseSessionPage(session),
    'choose session, more than one': chooseSessionPage({ ...session, toEnd: 2 }),
    'no room for a session': sessionLimitPage({ request: text(), returnTo: text() }),
    'choose session refused': chooseSessionPage({ ...session, clientName: text(), refusal: 'not_found' }),
    'sign-in, made room': signInPage({ ...asked, notice: 'session-ended', ended: 'session-limit' }),
    'sign-in, passkey refused': signInPage({
      ...asked,
      refusal: 'passkey_refused',
      unknownPasskey: { rpId: text(), credentialId: text() },
    }),
    'sign-in without passkeys': signInPage({ ...asked, offersPasskey: false }),
  };
}

function enrolStates(text: Texts): Record<string, string> {
  const asked = { formToken: text(), request: text(), returnTo: text(), clientName: text() };
  const both = { ...asked, methods: ['passkey', 'totp'] as const, totp: enrolment(text) };
  return {
    enrol: enrolPage(both),
    'enrol refused': enrolPage({ ...both, refusal: 'wrong_code' }),
    'enrol a passkey only': enrolPage({ ...asked, methods: ['passkey'], refusal: 'passkey_refused' }),
    'enrol an app only': enrolPage({ ...both, methods: ['totp'], clientName: undefined }),
    totp: totpPage({ formToken: text(), ...enrolment(text) }),
    'totp refused': totpPage({ formToken: text(), ...enrolment(text), refusal: 'wrong_code' }),
  };
}

function codeStates(text: Texts): Record<string, string> {
  const codes = ['7KQ2M-XW9RD', 'B4HTN-6YPCE', '3VZAJ-GS8FU', 'QW5KD-M2XRT', 'N9CEP-7HBYA'];
  const more = [...codes, ...codes.map((code) => [...code].reverse().join(''))];
  return {
    'recovery codes': recoveryCodesPage({ codes: more, continueTo: { href: text() } }),
    'recovery codes anew': recoveryCodesPage({
      codes: [text(), text()],
      isReplacing: true,
      continueTo: { action: text(), formToken: text(), fields: { request: text() } },
    }),
  };
}

function mailStates(text: Texts): Record<string, string> {
  const formToken = text();
  const link = {
    formToken,
    token: text(),
    email: text(),
    rule: { minLength: 15, composition: 'none' as const },
  };
  const pages: Record<string, string> = {
    recover: recoverPage({ formToken, request: text() }),
    'recover, slowed down': recoverPage({
      formToken,
      email: text(),
      refusal: 'slow_down',
      retryAfterSeconds: 9,
    }),
    'recover, sent': recoverPage({ formToken, email: text(), isSent: true }),
    reset: resetPasswordPage(link),
    'reset refused': resetPasswordPage({ ...link, refusal: 'password_too_short' }),
    'reset, dead link': resetPasswordPage({ ...link, refusal: 'link_invalid' }),
    'mail link, dead': confirmPage({ ...link, kind: 'undo', refusal: 'link_invalid' }),
    'mail link, conflict': confirmPage({ ...link, kind: 'change-email', refusal: 'conflict' }),
    'mail link, undo without address': confirmPage({ formToken, token: text(), kind: 'undo' }),
  };
  for (const kind of ['verify-email', 'change-email', 'undo', 'stop-recovery'] as const) {
    pages[`mail link, ${kind}`] = confirmPage({ ...link, kind });
  }
  return pages;
}
