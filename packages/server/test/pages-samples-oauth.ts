import { accountChoicePage } from '../src/pages/account-choice.ts';
import type { AllowedApplication, ConnectedIdentity } from '../src/pages/account-view.ts';
import type { AskingClient, ShownScope } from '../src/pages/asked-access.ts';
import { authorizationErrorPage } from '../src/pages/authorization-error.ts';
import { type ConsentView, consentPage } from '../src/pages/consent.ts';
import {
  type DeviceConfirmView,
  deviceConfirmPage,
  deviceDonePage,
  devicePage,
} from '../src/pages/device.ts';
import { endSessionPage, signedOutPage } from '../src/pages/end-session.ts';
import { goingOnPage } from '../src/pages/going-on.ts';
import { scopeSentence } from '../src/pages/scope-words.ts';
import { type SignInView, signInPage } from '../src/pages/sign-in.ts';
import { signUpPage } from '../src/pages/sign-up.ts';
import { stepUpPage } from '../src/pages/step-up.ts';
import { windowEndPage } from '../src/pages/window.ts';
import type { Texts } from './pages-samples-session.ts';

const earlier = '2025-11-23T12:57:00.000Z';
const nextYear = '2026-11-23T12:57:00.000Z';

function client(text: Texts, isVerified: boolean): AskingClient {
  return { id: text(), name: text(), isVerified };
}

function scopes(text: Texts): readonly ShownScope[] {
  const own = text();
  return [
    ...['openid', 'profile', 'email', 'offline_access'].map((name) => ({
      name,
      sentence: scopeSentence(name),
    })),
    // The prefix keeps it from becoming one of the four above.
    { name: own, sentence: scopeSentence(`own:${own}`, text()) },
  ];
}

export function sampleConsent(text: Texts, change: Partial<ConsentView> = {}): ConsentView {
  return {
    formToken: text(),
    request: text(),
    email: text(),
    client: client(text, true),
    scopes: scopes(text),
    resources: [{ id: `id ${text()}`, name: text() }],
    days: 365,
    redirectUri: 'https://notes.example/cb',
    ...change,
  };
}

export function sampleDeviceConfirm(text: Texts, change: Partial<DeviceConfirmView> = {}): DeviceConfirmView {
  return {
    formToken: text(),
    userCode: text(),
    client: client(text, true),
    scopes: scopes(text),
    ip: text(),
    device: text(),
    email: text(),
    ...change,
  };
}

/** Applications that were let in: one known and one that registered itself. */
export function sampleApplications(text: Texts): readonly AllowedApplication[] {
  return [true, false].map((isVerified) => ({
    client: client(text, isVerified),
    scopes: scopes(text),
    since: earlier,
    until: isVerified ? nextYear : null,
  }));
}

/** Identities elsewhere: one that can be let go and one that cannot. */
export function sampleIdentities(text: Texts): readonly ConnectedIdentity[] {
  return [false, true].map((isOnlyWay) => ({
    issuer: text(),
    subject: text(),
    providerName: text(),
    email: isOnlyWay ? null : text(),
    linkedAt: earlier,
    lastUsedAt: earlier,
    isOnlyWay,
  }));
}

export function sampleProviders(text: Texts): readonly { readonly id: string; readonly name: string }[] {
  return [
    { id: text(), name: text() },
    { id: text(), name: text() },
  ];
}

/** Every page that an application's request leads through, in its states. */
export function sampleOAuthPages(text: Texts): Readonly<Record<string, string>> {
  return { ...signInStates(text), ...questions(text), ...endings(text), ...deviceStates(text) };
}

function signInStates(text: Texts): Record<string, string> {
  const asked = { formToken: text(), request: text(), clientName: text() };
  const asking: SignInView = { ...asked, identifier: text(), providers: sampleProviders(text) };
  const proving = { ...asked, email: text(), returnTo: text(), methods: ['password'] as const };
  return {
    'sign-in for an application': signInPage(asking),
    'sign-in, provider unreachable': signInPage({
      ...asking,
      refusal: 'provider_unreachable',
      providerName: text(),
    }),
    'sign-in, not linked': signInPage({ ...asking, refusal: 'account_not_linked' }),
    'sign-in to connect': signInPage({ ...asking, linking: { providerName: text() } }),
    'sign-up for an application': signUpPage({ ...asked, rule: { minLength: 15, composition: 'none' } }),
    'step-up for an application': stepUpPage({
      ...proving,
      methods: ['password', 'federated'],
      providers: sampleProviders(text),
    }),
    'step-up refused': stepUpPage({ ...proving, refusal: 'invalid_credentials' }),
    'step-up with everything': stepUpPage({
      ...proving,
      methods: ['passkey', 'totp', 'password', 'federated'],
      providers: sampleProviders(text),
    }),
    'step-up, wrong code': stepUpPage({
      ...proving,
      methods: ['totp', 'password'],
      refusal: 'wrong_code',
    }),
    'step-up with a passkey only': stepUpPage({
      ...proving,
      methods: ['passkey'],
      refusal: 'passkey_refused',
    }),
    'step-up without password': stepUpPage({
      ...proving,
      methods: ['federated'],
      providers: sampleProviders(text),
    }),
    'step-up of our own': stepUpPage({
      formToken: text(),
      email: text(),
      returnTo: text(),
      methods: ['password'],
    }),
    'step-up in a window': stepUpPage({ ...proving, request: undefined, returnTo: '/step-up/done?window=a' }),
    'end of a step-up in a window': windowEndPage(),
  };
}

function questions(text: Texts): Record<string, string> {
  const choice = { formToken: text(), request: text(), email: text(), clientName: text() };
  return {
    consent: consentPage(sampleConsent(text)),
    'consent for a stranger': consentPage(
      sampleConsent(text, { client: client(text, false), resources: [], days: null, redirectUri: text() }),
    ),
    'account choice': accountChoicePage({ ...choice, name: text() }),
    'account choice without name': accountChoicePage({ ...choice, name: null }),
  };
}

function endings(text: Texts): Record<string, string> {
  const leaving = { formToken: text(), fields: { state: text(), id_token_hint: text(), decision: text() } };
  const error = { title: text(), sentence: text() };
  return {
    'sign-out question': endSessionPage({ ...leaving, clientName: text(), isSignedIn: true }),
    'sign-out question of nobody': endSessionPage({ ...leaving, isSignedIn: true }),
    'sign-out question without session': endSessionPage({ ...leaving, isSignedIn: false }),
    'going on': goingOnPage({ href: `/oauth/authorize/resume?request=${encodeURIComponent(text())}` }),
    'signed out': signedOutPage({ returnHref: text(), clientName: text() }),
    'signed out, with a way back': signedOutPage({
      returnHref: 'https://argus.example/back',
      clientName: text(),
    }),
    'authorization error': authorizationErrorPage({ status: 400, ...error, clientName: text() }),
    'authorization error of ours': authorizationErrorPage({ status: 500, ...error }),
  };
}

function deviceStates(text: Texts): Record<string, string> {
  const formToken = text();
  return {
    device: devicePage({ formToken }),
    'device, wrong code': devicePage({ formToken, userCode: text(), refusal: 'not_found' }),
    'device confirm': deviceConfirmPage(sampleDeviceConfirm(text)),
    'device confirm for a stranger': deviceConfirmPage(
      sampleDeviceConfirm(text, { client: client(text, false), device: null }),
    ),
    'device allowed': deviceDonePage({ isApproved: true }),
    'device not allowed': deviceDonePage({ isApproved: false }),
  };
}
