import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser, Page } from 'playwright-core';
import { bundled } from '../bundle/build.ts';
import { pageScripts, signUpPage } from '../src/pages/index.ts';
import { openPages } from './pages-stage.ts';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const open = () =>
  openPages(browser, {
    pages: { 'sign-up': signUpPage({ formToken: 't', rule: { minLength: 15, composition: 'none' } }) },
  });

/** What the page says of a password that is typed, once it says it. */
async function saidOf(page: Page, typed: string): Promise<string> {
  await page.locator('#password').fill(typed);
  return (await page.locator('.strength:not([hidden])').textContent()) ?? '';
}

test('a new password is told how strong it is, in words that are read out', async () => {
  await using opened = await open();
  const { page } = opened;
  await opened.show('sign-up');
  assert.equal(await page.locator('.strength').isVisible(), false);
  assert.equal(await saidOf(page, 'passwordpassword'), 'Would be guessed at once.');
  assert.equal(await page.locator('.strength').getAttribute('aria-live'), 'polite');
  assert.equal(await saidOf(page, 'nine purple otters argue about rain'), 'Very hard to guess.');
  await page.locator('#password').fill('');
  await page.locator('.strength').waitFor({ state: 'hidden' });
});

test('what stands in the other fields makes a password weak', async () => {
  await using opened = await open();
  const { page } = opened;
  await opened.show('sign-up');
  assert.equal(await saidOf(page, 'wilhelmina-quarfordt'), 'Very hard to guess.');
  await page.locator('#email').fill('wilhelmina.quarfordt@example.org');
  assert.notEqual(await saidOf(page, 'quarfordt-wilhelmina'), 'Very hard to guess.');
});

test('telling it sends nothing: two scripts are loaded, and none of what is typed leaves the page', async () => {
  await using opened = await open();
  const { page } = opened;
  const asked: string[] = [];
  page.on('request', (request) => {
    asked.push(`${request.method()} ${new URL(request.url()).pathname}${new URL(request.url()).search}`);
    assert.equal(request.postData(), null);
  });
  await opened.show('sign-up');
  await saidOf(page, 'nine purple otters argue about rain');
  await saidOf(page, 'nine purple otters argue about sun');
  assert.deepEqual(asked.toSorted(), [
    'GET /assets/argus.css',
    'GET /assets/strength-words.js',
    'GET /assets/strength.js',
    'GET /page/sign-up',
  ]);
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [
    0,
    0,
    '',
  ]);
});

test('where its words cannot be loaded nothing is said, and the form works', async () => {
  await using opened = await open();
  const { page } = opened;
  await page.route('**/assets/strength-words.js', (route) => route.abort());
  const faults: Error[] = [];
  page.on('pageerror', (fault) => faults.push(fault));
  await opened.show('sign-up');
  await page.locator('#email').fill('ada@example.org');
  const failed = page.waitForEvent('requestfailed');
  await page.locator('#password').fill('nine purple otters argue about rain');
  await failed;
  assert.equal(await page.locator('.strength').isVisible(), false);
  const sent = await opened.sent('/sign-up', () =>
    page.getByRole('button', { name: 'Create account' }).click(),
  );
  assert.equal(sent.get('password'), 'nine purple otters argue about rain');
  assert.deepEqual(faults, []);
});

test('the bundle of words is what its sources make', async () => {
  assert.equal(pageScripts['strength-words.js'], await bundled());
});
