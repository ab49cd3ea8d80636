import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
import { type Answering, openPages } from './pages-stage.ts';
import { verifier } from './passkey-browser-stage.ts';
import {
  addPasskey,
  makeAt,
  openPasskeyPages,
  type PasskeyPages,
  passkeyPages,
  pressed,
  problem,
  useAt,
  useButton,
} from './passkey-pages-stage.ts';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const open = (seed: string, answers?: Readonly<Record<string, Answering>>): Promise<PasskeyPages> =>
  openPasskeyPages(browser, seed, answers);

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
  await using opened = await openPages(browser, { pages: passkeyPages }, { javaScriptEnabled: false });
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
