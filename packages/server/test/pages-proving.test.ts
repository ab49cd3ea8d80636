import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
import { qrCode } from '../src/authenticators/totp/qr-code.ts';
import { accountPage } from '../src/pages/account.ts';
import type { AccountView } from '../src/pages/account-view.ts';
import {
  chooseSessionPage,
  confirmPage,
  enrolPage,
  recoverPage,
  recoveryCodesPage,
  resetPasswordPage,
  secondFactorPage,
  stepUpPage,
  totpPage,
} from '../src/pages/index.ts';
import { sampleAccount } from './pages-samples.ts';
import { sampleAuthenticators } from './pages-samples-proofs.ts';
import { sampleSession } from './pages-samples-session.ts';
import { type Opened, openPages } from './pages-stage.ts';

const asked = { formToken: 'token', request: 'sealed', returnTo: '/account?a=1' };
const enrolment = { qr: qrCode('otpauth://totp/x', 'QR code'), secret: 'JBSW Y3DP', enrolment: 'half done' };
const factor = {
  ...asked,
  methods: ['passkey', 'totp', 'recovery-code'] as const,
  rememberDeviceSeconds: 2_592_000,
};
const link = { formToken: 'token', token: 'secret', rule: { minLength: 15, composition: 'none' as const } };
const account = (change: Partial<AccountView>) =>
  accountPage(sampleAccount(() => 'x', { formToken: 'token', ...change }));
let texts = 0;
const ways = sampleAuthenticators(() => `text-${texts++}`);

const pages = {
  totp: secondFactorPage({ ...factor, shown: 'totp' }),
  'never remembered': secondFactorPage({ ...factor, shown: 'totp', rememberDeviceSeconds: 0 }),
  'recovery code': secondFactorPage({ ...factor, shown: 'recovery-code' }),
  'second password': secondFactorPage({ ...factor, methods: ['password'], shown: 'password' }),
  enrol: enrolPage({ ...asked, methods: ['passkey', 'totp'], totp: enrolment }),
  'new app': totpPage({ formToken: 'token', ...enrolment }),
  'choose session': chooseSessionPage({
    ...asked,
    sessions: [
      { ...sampleSession(() => 'x'), id: 'first' },
      { ...sampleSession(() => 'x'), id: 'second' },
    ],
    toEnd: 1,
    now: '2025-11-23T14:31:00.000Z',
  }),
  'step-up': stepUpPage({ ...asked, email: 'ada@example.org', methods: ['totp', 'password'] }),
  recover: recoverPage({ formToken: 'token', request: 'sealed' }),
  sent: recoverPage({ formToken: 'token', email: 'ada@example.org', isSent: true }),
  reset: resetPasswordPage(link),
  account: account({ ...ways, isEmailVerified: false }),
  'verify-email': confirmPage({ ...link, kind: 'verify-email' }),
  'change-email': confirmPage({ ...link, kind: 'change-email' }),
  undo: confirmPage({ ...link, kind: 'undo' }),
  'stop-recovery': confirmPage({ ...link, kind: 'stop-recovery' }),
} as const;
type Name = keyof typeof pages;

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

/** Shows a page in a browser that runs no script of pages. */
async function shown(name: Name): Promise<Opened> {
  const opened = await openPages(browser, { pages }, { javaScriptEnabled: false });
  await opened.show(name);
  return opened;
}

const { request, returnTo, formToken } = asked;
const waiting = { formToken, request, returnTo };
const forms: readonly [Name, Record<string, string>, string, string, Record<string, string>][] = [
  ['totp', { Code: '012345' }, 'Go on', '/sign-in/totp', { ...waiting, code: '012345' }],
  [
    'recovery code',
    { 'Recovery code': 'abc' },
    'Go on',
    '/sign-in/recovery-code',
    { ...waiting, code: 'abc' },
  ],
  ['second password', { Password: 'p' }, 'Go on', '/sign-in/password', { ...waiting, password: 'p' }],
  [
    'enrol',
    { 'Code from the app': '1' },
    'Set up the app',
    '/sign-in/enrol/totp',
    { ...waiting, enrolment: 'half done', code: '1' },
  ],
  [
    'new app',
    { 'Code from the app': '1', 'Name of the app or phone optional': 'Phone' },
    'Set up the app',
    '/account/totp',
    { formToken, enrolment: 'half done', code: '1', name: 'Phone' },
  ],
  [
    'step-up',
    { 'Code from your authenticator app': '1' },
    'Confirm with code',
    '/step-up/totp',
    { ...waiting, code: '1' },
  ],
  ['step-up', { Password: 'p' }, 'Confirm with password', '/step-up', { ...waiting, password: 'p' }],
  [
    'recover',
    { 'E-mail address': 'a@b.example' },
    'Send the link',
    '/recover',
    { formToken, request, email: 'a@b.example' },
  ],
  [
    'reset',
    { 'New password': 'correct horse battery' },
    'Set password',
    '/reset',
    { formToken, token: 'secret', password: 'correct horse battery' },
  ],
  [
    'account',
    { 'New e-mail address': 'a@b.example' },
    'Change e-mail address',
    '/account/email',
    { formToken, email: 'a@b.example' },
  ],
  ['account', {}, 'Send the link again', '/account/email/verify', { formToken }],
  ['account', {}, 'Make new recovery codes', '/account/recovery-codes', { formToken }],
  ['verify-email', {}, 'Confirm', '/verify-email', { formToken, token: 'secret' }],
  ['change-email', {}, 'Change to this address', '/verify-email', { formToken, token: 'secret' }],
  ['undo', {}, 'Take the changes back', '/undo', { formToken, token: 'secret' }],
  ['stop-recovery', {}, 'Stop the recovery', '/stop-recovery', { formToken, token: 'secret' }],
];
for (const [name, typed, button, path, expected] of forms) {
  test(`on the page "${name}" the button "${button}" sends what ${path} reads, without JavaScript`, async () => {
    await using opened = await shown(name);
    for (const [label, text] of Object.entries(typed)) {
      await opened.page.getByLabel(label, { exact: true }).fill(text);
    }
    const sent = await opened.sent(path, () =>
      opened.page.getByRole('button', { name: button, exact: true }).click(),
    );
    assert.deepEqual(Object.fromEntries(sent), expected);
  });
}

test('a device is remembered only where that is offered and ticked', async () => {
  await using opened = await shown('totp');
  await opened.page.getByLabel('Code').fill('1');
  await opened.page.getByLabel('Do not ask on this device for 30 days').check();
  const sent = await opened.sent('/sign-in/totp', () => opened.page.getByRole('button').click());
  assert.equal(sent.get('rememberDevice'), 'yes');
  await opened.show('never remembered');
  assert.equal(await opened.page.getByRole('checkbox').count(), 0);
});

test('the other ways of a second proof are links that keep what waits, and the shown one is none', async () => {
  await using opened = await shown('totp');
  const links = opened.page.locator('.other-ways a');
  assert.deepEqual(await links.allTextContents(), ['Use a passkey', 'Use a recovery code']);
  assert.equal(
    await links.first().getAttribute('href'),
    '/sign-in/next?method=passkey&returnTo=%2Faccount%3Fa%3D1&request=sealed',
  );
  const cancel = opened.page.getByRole('link', { name: 'Cancel this sign-in' });
  assert.equal(await cancel.getAttribute('href'), '/sign-in?request=sealed');
});

test('a code is typed with digits, offered by the phone, and keeps its leading zero', async () => {
  await using opened = await shown('totp');
  const code = opened.page.getByLabel('Code');
  assert.deepEqual(
    await code.evaluate(({ type, inputMode, autocomplete }: HTMLInputElement) => ({
      type,
      inputMode,
      autocomplete,
    })),
    { type: 'text', inputMode: 'numeric', autocomplete: 'one-time-code' },
  );
});

test('each session can be chosen by a button of its own, and none is chosen before', async () => {
  await using opened = await shown('choose session');
  const sent = await opened.sent('/sign-in/choose-session', () =>
    opened.page
      .getByRole('button', { name: /^End the session of/ })
      .nth(1)
      .click(),
  );
  assert.deepEqual(sent.getAll('endSessionId'), ['second']);
  assert.equal(sent.get('request'), 'sealed');
});

test('a passkey is renamed and removed at its own path, and others may end with it', async () => {
  const passkey = ways.authenticators?.find(({ kind }) => kind === 'passkey');
  const id = passkey && 'id' in passkey ? passkey.id : '';
  await using opened = await shown('account');
  await opened.page.locator('#passkeys summary').first().click();
  const row = opened.page.locator('#passkeys li').first();
  await row.getByRole('checkbox').check();
  const removed = await opened.sent(`/account/authenticators/${id}/remove`, () =>
    row.getByRole('button', { name: /^Remove the passkey/ }).click(),
  );
  assert.deepEqual(Object.fromEntries(removed), { formToken: 'token', endOtherSessions: 'yes' });
  await opened.show('account');
  await opened.page.locator('#passkeys summary').first().click();
  await row.getByLabel('Name').fill('Work key');
  const renamed = await opened.sent(`/account/authenticators/${id}/rename`, () =>
    row.getByRole('button', { name: /^Rename/ }).click(),
  );
  assert.deepEqual(Object.fromEntries(renamed), { formToken: 'token', name: 'Work key' });
});

test('the account says which passkeys have copies, and warns when recovery codes run out', async () => {
  await using opened = await shown('account');
  const text = await opened.words('#ways-to-sign-in');
  assert.match(
    text,
    /Synced between your devices.*Can be synced, but is on one device so far.*On one device only/,
  );
  assert.match(text, /3 codes.*Few codes are left/);
  const plenty = account({
    authenticators: [{ kind: 'recovery-code', id: 'x', createdAt: '2025-11-23T12:57:00.000Z', left: 4 }],
  });
  assert.doesNotMatch(plenty, /Few codes are left/);
});

test('the page after asking for a link does not tell whether the address has an account', async () => {
  await using opened = await shown('sent');
  assert.match(await opened.words('main'), /If there is an account with the address ada@example\.org/);
});

test('setting a new password says that the second factor stays', async () => {
  await using opened = await shown('reset');
  assert.match(await opened.words('main'), /a passkey or an authenticator app, it is asked for as always/);
});

test('recovery codes lead on only to paths of this origin', () => {
  for (const href of ['https://elsewhere.example', '//elsewhere.example', 'javascript:alert(1)']) {
    assert.match(
      recoveryCodesPage({ codes: ['A'], continueTo: { href } }),
      /href="\/">I have kept them/,
      href,
    );
    const form = { action: href, formToken: 'token' };
    assert.match(recoveryCodesPage({ codes: ['A'], continueTo: form }), /action="\/"/, href);
  }
});
