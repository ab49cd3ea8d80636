import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
import { consentPage } from '../src/pages/consent.ts';
import { destinationWords } from '../src/pages/destination-words.ts';
import { deviceConfirmPage, devicePage } from '../src/pages/device.ts';
import { endSessionPage, signedOutPage } from '../src/pages/end-session.ts';
import { signInPage } from '../src/pages/sign-in.ts';
import { stepUpPage } from '../src/pages/step-up.ts';
import { sampleConsent, sampleDeviceConfirm } from './pages-samples-oauth.ts';
import { type Opened, openPages } from './pages-stage.ts';

const notes = { id: 'notes', name: 'Notes', isVerified: true };
const texts = (): string => 'x';
const asked = { formToken: 'token', request: 'sealed', email: 'ada@example.org', client: notes };
const provider = { id: 'corp', name: 'Corp' };
const signingIn = { formToken: 'token', request: 'sealed', returnTo: '/account', providers: [provider] };

const pages = {
  consent: consentPage(sampleConsent(texts, asked)),
  stranger: consentPage(
    sampleConsent(texts, { ...asked, client: { ...notes, isVerified: false }, days: null }),
  ),
  device: devicePage({ formToken: 'token' }),
  'device confirm': deviceConfirmPage(
    sampleDeviceConfirm(texts, {
      formToken: 'token',
      client: notes,
      userCode: 'WDJB-MJHT',
      ip: '192.0.2.7',
      email: asked.email,
    }),
  ),
  'sign-in': signInPage(signingIn),
  'sign-in to connect': signInPage({ ...signingIn, linking: { providerName: 'Corp' } }),
  'step-up': stepUpPage({
    ...signingIn,
    email: asked.email,
    clientName: 'Notes',
    methods: ['password', 'federated'],
  }),
  'step-up without password': stepUpPage({ ...signingIn, email: asked.email, methods: ['federated'] }),
  'sign-out question': endSessionPage({
    formToken: 'token',
    clientName: 'Notes',
    fields: { state: 's', decision: 'yes', formToken: 'forged' },
    isSignedIn: true,
  }),
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

const presses = [
  ['consent', 'Allow', '/oauth/consent', 'allow'],
  ['consent', 'Do not allow', '/oauth/consent', 'deny'],
  ['consent', 'Use another account', '/oauth/account', 'other'],
  ['device confirm', 'Allow', '/device/decide', 'allow'],
  ['device confirm', 'Do not allow', '/device/decide', 'deny'],
  ['sign-out question', 'Sign out', '/oauth/end_session/confirm', 'yes'],
  ['sign-out question', 'Stay signed in', '/oauth/end_session/confirm', 'no'],
] as const;
for (const [name, button, path, decision] of presses) {
  test(`on the ${name} page "${button}" says ${decision}, once, to ${path}`, async () => {
    await using opened = await shown(name);
    const sent = await opened.sent(path, () =>
      opened.page.getByRole('button', { name: button, exact: true }).click(),
    );
    assert.deepEqual(sent.getAll('decision'), [decision]);
    assert.deepEqual(sent.getAll('formToken'), ['token']);
    if (name === 'consent') assert.equal(sent.get('request'), 'sealed');
    if (name === 'device confirm') assert.equal(sent.get('userCode'), 'WDJB-MJHT');
    if (name === 'sign-out question') assert.equal(sent.get('state'), 's');
  });
}

for (const name of ['consent', 'device confirm', 'sign-out question'] as const) {
  test(`the two answers on the ${name} page look alike, and none is chosen before`, async () => {
    await using opened = await shown(name);
    const looks = await opened.page.locator('.answers button').evaluateAll((buttons) =>
      buttons.map((button) => {
        const { color, backgroundColor, borderColor, fontWeight, fontSize } = getComputedStyle(button);
        const { width, height } = button.getBoundingClientRect();
        return { color, backgroundColor, borderColor, fontWeight, fontSize, width, height };
      }),
    );
    assert.equal(looks.length, 2);
    assert.deepEqual(looks[0], looks[1]);
    assert.equal(
      await opened.page.locator('[autofocus], [checked], input[type=checkbox], input[type=radio]').count(),
      0,
    );
    assert.equal(await opened.page.evaluate(() => document.activeElement?.tagName), 'BODY');
  });
}

test('the consent page says which application, as whom, for how long, where the answer goes and how to end it', async () => {
  await using opened = await shown('consent');
  const text = await opened.words('main');
  assert.match(text, /Allow Notes to use your account\?/);
  assert.match(text, /signed in as ada@example\.org/);
  assert.match(text, /for 365 days/);
  assert.match(text, /Your answer goes to\s+notes\.example/);
  assert.match(text, /Withdraw it in your account, under Applications/);
  for (const sentence of ['See your name.', 'See your e-mail address.', 'calls “own:x”']) {
    assert.ok(text.includes(sentence), sentence);
  }
  assert.doesNotMatch(text, /Not verified/);
});

test('an application that registered itself is called not verified before anything can be allowed', async () => {
  await using opened = await shown('stranger');
  const text = await opened.words('main');
  assert.match(text, /Not verified: nobody has checked this application/);
  assert.ok(text.indexOf('Not verified') < text.indexOf('Do not allow'));
  assert.match(text, /unless you withdraw this/);
});

test('both device pages warn of a code that somebody sent, and the second shows code and origin', async () => {
  for (const name of ['device', 'device confirm'] as const) {
    await using opened = await shown(name);
    assert.match(await opened.words('.caution'), /Did somebody send you a code\?/, name);
  }
  await using opened = await shown('device confirm');
  const text = await opened.words('main');
  assert.match(text, /WDJB-MJHT/);
  assert.match(text, /from 192\.0\.2\.7/);
});

test('a device code is typed into a field that nothing fills in by itself', async () => {
  await using opened = await shown('device');
  const field = opened.page.getByLabel('Code on your device');
  assert.equal(await field.getAttribute('autocomplete'), 'off');
  await field.fill('wdjb mjht');
  const sent = await opened.sent('/device', () => opened.page.getByRole('button').click());
  assert.deepEqual(
    [...sent.entries()],
    [
      ['formToken', 'token'],
      ['userCode', 'wdjb mjht'],
    ],
  );
});

test('each way to sign in takes the waiting request along', async () => {
  for (const [name, button, path] of [
    ['sign-in', 'Sign in with Corp', '/sign-in/federated/corp'],
    ['step-up', 'Confirm with Corp', '/sign-in/federated/corp'],
  ] as const) {
    await using opened = await shown(name);
    const sent = await opened.sent(path, () => opened.page.getByRole('button', { name: button }).click());
    assert.equal(sent.get('request'), 'sealed', name);
    assert.equal(sent.get('returnTo'), '/account', name);
    assert.equal(sent.get('purpose'), name === 'step-up' ? 'step-up' : null, name);
  }
  await using opened = await shown('sign-in');
  const link = opened.page.getByRole('link', { name: 'Create an account' });
  assert.equal(await link.getAttribute('href'), '/sign-up?request=sealed');
});

test('who proves an account to connect a provider is not offered a way around the proof', async () => {
  await using opened = await shown('sign-in to connect');
  assert.deepEqual(await opened.page.getByRole('button').allInnerTexts(), ['Sign in and connect']);
  assert.equal(await opened.page.getByRole('link', { name: 'Create an account' }).count(), 0);
});

test('who has no password is not asked for one', async () => {
  await using opened = await shown('step-up without password');
  assert.equal(await opened.page.locator('input[type=password]').count(), 0);
  assert.equal(await opened.page.getByText('or', { exact: true }).count(), 0);
});

test('signed out, a link leads back only to an address of the web', () => {
  for (const returnHref of ['javascript:alert(1)', 'data:text/html,x', '//elsewhere.example', 'x']) {
    assert.doesNotMatch(signedOutPage({ returnHref }), /way-on/, returnHref);
  }
  assert.match(
    signedOutPage({ returnHref: 'https://notes.example/?a=1&b=2' }),
    /href="https:\/\/notes\.example\/\?a=1&amp;b=2"/,
  );
});

test('where an answer goes is told by the host, and look-alike letters show', () => {
  assert.equal(destinationWords('https://notes.example:8443/cb?a=1'), 'notes.example:8443');
  assert.equal(destinationWords('https://n\u043etes.example/cb'), 'xn--ntes-55d.example');
  assert.equal(destinationWords('http://127.0.0.1:49152/cb'), 'a program on this device');
  assert.equal(destinationWords('com.example.notes:/cb'), 'an app on this device (com.example.notes)');
});
