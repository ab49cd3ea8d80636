import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser, Page } from 'playwright-core';
import { accountPage } from '../src/pages/account.ts';
import { secondFactorPage, signInPage } from '../src/pages/index.ts';
import { sampleAccount } from './pages-samples.ts';
import { type Answering, type Opened, openPages } from './pages-stage.ts';
import {
  openWithAuthenticator,
  type Verifier,
  verifier,
  type WithAuthenticator,
} from './passkey-browser-stage.ts';

const signingIn = { formToken: 'token', request: 'sealed', returnTo: '/account' };
const knownPasskeys = {
  rpId: 'argus.localhost',
  userId: 'AZuMAAAAcACAAAAAAAAAAQ',
  name: 'ada@example.org',
  displayName: 'Ada',
  credentialIds: ['AAAA'],
};
const pages = {
  'sign-in': signInPage(signingIn),
  'second factor': secondFactorPage({
    ...signingIn,
    methods: ['passkey', 'totp'],
    shown: 'passkey',
    rememberDeviceSeconds: 30 * 86_400,
  }),
  account: accountPage(sampleAccount(() => 'x', { formToken: 'token', authenticators: [] })),
  'account with signals': accountPage(sampleAccount(() => 'x', { authenticators: [], knownPasskeys })),
  'unknown passkey': signInPage({
    ...signingIn,
    refusal: 'passkey_refused',
    unknownPasskey: { rpId: 'argus.localhost', credentialId: 'AAAA' },
  }),
};
const makeAt = '/account/passkeys/options';
const useAt = '/sign-in/passkey/options';
const useButton = { name: 'Sign in with a passkey' };

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

interface Stage extends WithAuthenticator {
  readonly server: Verifier;
}

/** Opens the pages before a server that knows passkeys. */
async function open(seed: string, answers: Readonly<Record<string, Answering>> = {}): Promise<Stage> {
  const server = verifier(seed);
  const all = { [makeAt]: server.askToMake, [useAt]: server.askToUse, ...answers };
  return { ...(await openWithAuthenticator(browser, { pages, answers: all })), server };
}

/** Presses a button and waits for the form that the script then sends, which leads away. */
async function pressed({ page, sent }: Opened, name: string, path: string): Promise<URLSearchParams> {
  const fields = await sent(path, () => page.getByRole('button', { name, exact: true }).click());
  await page.waitForURL(`**${path}`);
  return fields;
}

async function addPasskey(opened: Opened): Promise<URLSearchParams> {
  await opened.show('account');
  await opened.page.getByLabel('Name of the new passkey').fill('My laptop');
  return pressed(opened, 'Add a passkey', '/account/passkeys');
}

test('a passkey is made, sent with the fields of its form, and then opens the account', async () => {
  await using opened = await open('made and used');
  const made = await addPasskey(opened);
  assert.deepEqual([...made.keys()], ['formToken', 'credential', 'name']);
  assert.equal(made.get('name'), 'My laptop');
  const passkey = await opened.server.made(made);

  await opened.show('second factor');
  const used = await pressed(opened, 'Use a passkey', '/sign-in/passkey');
  assert.deepEqual([...used.keys()], ['formToken', 'credential', 'request', 'returnTo']);
  assert.equal(await opened.server.used(used, passkey), 'ok');
});

test('browsers without the JSON of WebAuthn Level 3 say the same', async () => {
  await using opened = await open('older browser');
  await opened.page.addInitScript(() => {
    const { PublicKeyCredential } = window;
    Reflect.deleteProperty(PublicKeyCredential, 'parseCreationOptionsFromJSON');
    Reflect.deleteProperty(PublicKeyCredential, 'parseRequestOptionsFromJSON');
    Reflect.deleteProperty(PublicKeyCredential.prototype, 'toJSON');
  });
  const passkey = await opened.server.made(await addPasskey(opened));
  await opened.show('second factor');
  const used = await pressed(opened, 'Use a passkey', '/sign-in/passkey');
  assert.equal(await opened.server.used(used, passkey), 'ok');
});

test('as a second factor it takes along whether the device is to be remembered', async () => {
  await using opened = await open('second factor');
  const passkey = await opened.server.made(await addPasskey(opened));
  await opened.show('second factor');
  await opened.page.getByLabel('Do not ask on this device for 30 days').check();
  const used = await pressed(opened, 'Use a passkey', '/sign-in/passkey');
  assert.equal(used.get('rememberDevice'), 'yes');
  assert.equal(await opened.server.used(used, passkey), 'ok');
});

test('the fields of the form go to where its options come from, without the field for the answer', async () => {
  let asked: string[] = [];
  const server = verifier('options');
  await using opened = await open('options', {
    [useAt]: (fields: URLSearchParams) => {
      asked = [...fields.keys()];
      return server.askToUse(fields);
    },
  });
  await opened.show('second factor');
  await Promise.all([
    opened.page.waitForResponse((answer) => answer.url().endsWith(useAt)),
    opened.page.getByRole('button', { name: 'Use a passkey' }).click(),
  ]);
  assert.deepEqual(asked, ['formToken', 'request', 'returnTo']);
});

const problem = '[data-passkey-problem]';

test('who does not pass the check of the device is told that nothing came', async () => {
  await using opened = await open('cancelled');
  await opened.letVerify(false);
  await opened.show('account');
  await opened.page.getByRole('button', { name: 'Add a passkey' }).click();
  await opened.page.locator(problem).waitFor({ state: 'visible' });
  assert.match(await opened.words(problem), /^Nothing came from your passkey/);
  assert.equal(await opened.page.locator(problem).getAttribute('role'), 'alert');
});

test('a device that has a passkey for the account is told so', async () => {
  await using opened = await open('twice');
  await opened.server.made(await addPasskey(opened));
  await opened.show('account');
  await opened.page.getByRole('button', { name: 'Add a passkey' }).click();
  await opened.page.locator(problem).waitFor({ state: 'visible' });
  assert.equal(await opened.words(problem), 'This device has a passkey for your account already.');
});

const failures: readonly [string, Answering, RegExp][] = [
  ['the server cannot be reached', () => 'dead', /^The server cannot be reached/],
  ['there were too many tries', () => ({ status: 429, json: {} }), /^Too many tries/],
  [
    'the form is no longer valid',
    () => ({ status: 403, json: {} }),
    /^That did not work\. Load this page again/,
  ],
  ['the answer is no JSON of ours', () => ({ status: 200, json: {} }), /^That did not work/],
];
for (const [what, answer, sentence] of failures) {
  test(`when ${what}, a sentence says so and the button can be pressed again`, async () => {
    await using opened = await open(what, { [makeAt]: answer });
    await opened.show('account');
    const button = opened.page.getByRole('button', { name: 'Add a passkey' });
    await button.click();
    await opened.page.locator(problem).waitFor({ state: 'visible' });
    assert.match(await opened.words(problem), sentence);
    assert.ok(await button.isEnabled());
  });
}

test('without WebAuthn the button stays hidden, and the page is whole', async () => {
  await using opened = await open('no passkeys');
  await opened.page.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  await opened.show('sign-in');
  await opened.page.waitForLoadState();
  assert.equal(await opened.page.getByRole('button', useButton).count(), 0);
  assert.equal(await opened.page.getByText('or', { exact: true }).isVisible(), false);
  assert.ok(await opened.page.getByLabel('Password').isVisible());

  await opened.show('second factor');
  await opened.page.getByText('Passkeys need JavaScript').first().waitFor({ state: 'visible' });
  assert.equal(await opened.page.getByLabel(/Do not ask/).isVisible(), false);
});

test('without JavaScript the page says what a passkey would need, and leads to the other ways', async () => {
  await using opened = await openPages(browser, { pages }, { javaScriptEnabled: false });
  await opened.show('second factor');
  assert.match(await opened.words('noscript'), /^Passkeys need JavaScript/);
  assert.ok(await opened.page.getByRole('link', { name: 'Use your authenticator app' }).isVisible());
  assert.equal(
    await opened.page
      .locator('.passkey button, .passkey input:not([type=hidden])')
      .filter({ visible: true })
      .count(),
    0,
  );
});

test('the browser is asked quietly to offer passkeys where the address is typed', async () => {
  await using opened = await open('autofill');
  const asked = await watched(opened.page);
  await opened.show('sign-in');
  assert.deepEqual(await asked(1), ['conditional']);
  assert.equal(await opened.page.locator('#identifier').getAttribute('autocomplete'), 'username webauthn');
  assert.equal(await opened.page.locator(problem).isVisible(), false);
});

test('a passkey that is picked there signs in without a press of the button', async () => {
  await using opened = await open('picked');
  const passkey = await opened.server.made(await addPasskey(opened));
  // The page leads away while it opens.
  const used = await opened.sent('/sign-in/passkey', () => opened.show('sign-in').catch(() => {}));
  await opened.page.waitForURL('**/sign-in/passkey');
  assert.equal(await opened.server.used(used, passkey), 'ok');
});

test('pressing the button takes the quiet question back before it asks aloud', async () => {
  await using opened = await open('one at a time');
  const asked = await waiting(opened);
  await opened.page.getByRole('button', useButton).click();
  assert.deepEqual(await asked(3), ['conditional', 'conditional taken back', 'modal']);
});

test('after a press that came to nothing the browser offers passkeys quietly again', async () => {
  const server = verifier('options');
  let calls = 0;
  const answer: Answering = (fields) => {
    calls += 1;
    return calls === 2 ? { status: 429, json: {} } : server.askToUse(fields);
  };
  await using opened = await open('quiet again', { [useAt]: answer });
  const asked = await waiting(opened);
  await opened.page.getByRole('button', useButton).click();
  await opened.page.locator(problem).waitFor({ state: 'visible' });
  assert.deepEqual(await asked(3), ['conditional', 'conditional taken back', 'conditional']);
});

test('the quiet question is renewed before its challenge ends, but not while nobody sees the page', async () => {
  await using opened = await open('renewed');
  await opened.page.clock.install();
  const asked = await waiting(opened);
  await opened.page.clock.runFor(4 * 60_000);
  assert.deepEqual(await asked(3), ['conditional', 'conditional taken back', 'conditional']);

  await opened.page.evaluate(hide, 'hidden');
  await opened.page.clock.runFor(20 * 60_000);
  assert.equal((await asked(3)).length, 3);
  await opened.page.evaluate(hide, 'visible');
  assert.deepEqual((await asked(5)).slice(3), ['conditional taken back', 'conditional']);
});

test('the browser learns which passkeys count, what their account is called, and which one nobody knows', async () => {
  await using opened = await open('signals');
  await opened.page.addInitScript(() => {
    const told: unknown[] = [];
    Object.assign(window, { asked: told });
    for (const name of [
      'signalAllAcceptedCredentials',
      'signalCurrentUserDetails',
      'signalUnknownCredential',
    ] as const) {
      PublicKeyCredential[name] = async (said: unknown) => {
        told.push([name, said]);
        throw new TypeError('a browser may refuse');
      };
    }
  });
  const { rpId, userId, name, displayName, credentialIds: allAcceptedCredentialIds } = knownPasskeys;
  await opened.show('account with signals');
  assert.deepEqual(await noted(opened.page, 2), [
    ['signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds }],
    ['signalCurrentUserDetails', { rpId, userId, name, displayName }],
  ]);
  await opened.show('unknown passkey');
  assert.deepEqual(await noted(opened.page, 1), [
    ['signalUnknownCredential', { rpId, credentialId: 'AAAA' }],
  ]);
});

/** Shows the sign-in page to a person who has a passkey and does not pick it: the quiet question stays open. */
async function waiting(opened: Stage): Promise<(atLeast: number) => Promise<unknown[]>> {
  await opened.server.made(await addPasskey(opened));
  await opened.letTouch(false);
  const asked = await watched(opened.page);
  await opened.show('sign-in');
  await asked(1);
  return asked;
}

/** Notes what is asked of the browser, and what of it is taken back. Gives the notes once there are so many. */
async function watched(page: Page): Promise<(atLeast: number) => Promise<unknown[]>> {
  await page.addInitScript(() => {
    const asked: string[] = [];
    Object.assign(window, { asked });
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) => {
      const kind = options?.mediation ?? 'modal';
      asked.push(kind);
      let isOver = false;
      options?.signal?.addEventListener('abort', () => isOver || asked.push(`${kind} taken back`));
      return get(options).finally(() => {
        isOver = true;
      });
    };
  });
  return (atLeast) => noted(page, atLeast);
}

async function noted(page: Page, atLeast: number): Promise<unknown[]> {
  const notes = await page.waitForFunction((least) => {
    const asked: unknown = Reflect.get(window, 'asked');
    return Array.isArray(asked) && asked.length >= least && asked;
  }, atLeast);
  return (await notes.jsonValue()) || [];
}

function hide(state: string): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}
