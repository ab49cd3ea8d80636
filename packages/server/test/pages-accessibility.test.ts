import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { believable, samplePages } from './pages-samples.ts';
import { type Opened, openPages } from './pages-stage.ts';

const pages = samplePages(believable());

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const everyPage = Object.keys(pages);
// One of each shape; colours and widths are all that differ from the first look.
const eachShape = [
  'sign-in refused',
  'sign-up',
  'invitation',
  'message',
  'account',
  'account, short password',
  'sign-in for an application',
  'step-up refused',
  'consent for a stranger',
  'account choice',
  'sign-out question',
  'device, wrong code',
  'device confirm',
  'second factor, totp wrong',
  'second factor, passkey',
  'enrol',
  'choose session',
  'no room for a session',
  'recovery codes',
  'step-up with everything',
  'account with every way in',
  'totp refused',
  'recover',
  'reset',
  'mail link, undo',
];
const looks = [
  { colorScheme: 'light', width: 1280, names: everyPage },
  { colorScheme: 'light', width: 360, names: eachShape },
  { colorScheme: 'dark', width: 1280, names: eachShape },
  { colorScheme: 'dark', width: 360, names: eachShape },
] as const;

for (const { colorScheme, width, names } of looks) {
  test(`axe finds nothing on ${names.length} pages in ${colorScheme} at ${width} pixels`, async () => {
    await using opened = await open({ colorScheme, viewport: { width, height: 800 } });
    for (const name of names) {
      await opened.show(name);
      // The legacy mode opens no second page for frames, of which there are none.
      const found = await new AxeBuilder({ page: opened.page }).setLegacyMode(true).analyze();
      const lines = found.violations.map(
        (rule) => `${name}: ${rule.id} at ${rule.nodes.map((node) => node.target.join(' ')).join(', ')}`,
      );
      assert.deepEqual(lines, []);
    }
  });
}

test('the keyboard reaches the sign-in fields, the buttons and the ways round in reading order', async () => {
  await using opened = await open({});
  await opened.show('sign-in');
  const reached: string[] = [];
  for (let step = 0; step < 6; step += 1) {
    reached.push(await opened.page.evaluate(focusedName));
    await opened.page.keyboard.press('Tab');
  }
  assert.deepEqual(reached, [
    'identifier',
    'password',
    'Sign in',
    'Sign in with a passkey',
    'Forgot your password?',
    'Create an account',
  ]);
});

test('the first stop of the keyboard is the skip link, which can be seen and leads to the content', async () => {
  await using opened = await open({});
  await opened.show('account');
  await opened.page.keyboard.press('Tab');
  assert.equal(await opened.page.evaluate(focusedName), 'Skip to the content');
  assert.ok(await opened.page.locator('.skip').evaluate((link) => link.getBoundingClientRect().top >= 0));
  await opened.page.keyboard.press('Enter');
  assert.equal(await opened.page.evaluate(() => document.activeElement?.id), 'main');
});

test('a form sends what its route reads, without JavaScript', async () => {
  await using opened = await open({ javaScriptEnabled: false });
  await opened.show('administrator without address');
  await opened.page.getByLabel('E-mail address').fill('ada@example.org');
  await opened.page.getByLabel('Name').fill('Ada');
  await opened.page.getByLabel('Password').fill('correct horse battery staple');
  const fields = await opened.sent('/link', () => opened.page.getByRole('button').click());
  assert.deepEqual([...fields.keys()], ['formToken', 'token', 'email', 'name', 'password']);
  assert.equal(fields.get('password'), 'correct horse battery staple');
});

test('each session on the account page has a button of its own name that posts to its own path', async () => {
  await using opened = await open({ javaScriptEnabled: false });
  await opened.show('account');
  const button = opened.page.getByRole('button', { name: /^End the session of/ }).first();
  const [sent] = await Promise.all([opened.page.waitForRequest(/\/account\/sessions\//), button.click()]);
  assert.match(sent.url(), /\/account\/sessions\/[^/]+\/end$/);
  assert.deepEqual([...new URLSearchParams(sent.postData() ?? '').keys()], ['formToken']);
});

/** Name of the focused input, else the words of the focused element. */
function focusedName(): string {
  const focused = document.activeElement;
  return focused instanceof HTMLInputElement ? focused.name : (focused?.textContent ?? '').trim();
}

/** Opens the sample pages. */
function open(options: BrowserContextOptions): Promise<Opened> {
  return openPages(browser, { pages }, options);
}
