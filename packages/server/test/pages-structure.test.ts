import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { believable, samplePages } from './pages-samples.ts';
import { type Opened, openPages } from './pages-stage.ts';

const pages = samplePages(believable());
const everyPage = Object.keys(pages);

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

test('no page is wider than a screen of 320 pixels', async () => {
  await using opened = await open({ viewport: { width: 320, height: 700 } });
  for (const name of everyPage) {
    await opened.show(name);
    const width = await opened.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 320, `${name} is ${width} pixels wide`);
  }
});

test('the strict content security policy blocks nothing a page needs', async () => {
  await using opened = await open({});
  const complaints: string[] = [];
  opened.page.on('console', (message) => complaints.push(message.text()));
  for (const name of everyPage) {
    await opened.show(name);
    const brand = await opened.page.evaluate(() => getComputedStyle(document.body).display);
    assert.equal(brand, 'flex', `${name} is without its style sheet`);
  }
  assert.deepEqual(complaints, []);
});

test('no page carries an inline style or script, or an event attribute', async () => {
  await using opened = await open({});
  for (const name of everyPage) {
    await opened.show(name);
    const inline = await opened.page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter(
          (element) =>
            element.matches('script:not([src^="/assets/"]), script:not(:empty), style, iframe, [style]') ||
            element.getAttributeNames().some((attribute) => attribute.startsWith('on')),
        )
        .map((element) => element.outerHTML),
    );
    assert.deepEqual(inline, [], name);
  }
});

test('every form is a POST that carries exactly one form token', async () => {
  await using opened = await open({});
  let forms = 0;
  for (const name of everyPage) {
    await opened.show(name);
    const found = await opened.page.evaluate(() =>
      [...document.forms].map((form) => ({
        method: form.method,
        tokens: form.querySelectorAll('input[type=hidden][name=formToken]').length,
      })),
    );
    for (const form of found) assert.deepEqual(form, { method: 'post', tokens: 1 }, name);
    forms += found.length;
  }
  assert.ok(forms > 80);
});

test('every visible input has a label and an autofill word', async () => {
  await using opened = await open({});
  for (const name of everyPage) {
    await opened.show(name);
    const bare = await opened.page.evaluate(() =>
      [...document.querySelectorAll('input')]
        .filter((input) => input.type !== 'hidden' && !input.hidden)
        // The autofill of WHATWG HTML §4.10.18.7 knows no boxes.
        .filter(
          (input) =>
            !input.labels?.[0]?.textContent?.trim() || (input.type !== 'checkbox' && !input.autocomplete),
        )
        .map((input) => input.outerHTML),
    );
    assert.deepEqual(bare, [], name);
  }
});

test('every page has one h1, one main, a language and a title', async () => {
  await using opened = await open({});
  for (const name of everyPage) {
    await opened.show(name);
    const frame = await opened.page.evaluate(() => ({
      headings: document.querySelectorAll('h1').length,
      mains: document.querySelectorAll('main').length,
      language: document.documentElement.lang,
      isTitled: document.title.endsWith(' · Argus') && document.title.length > 10,
      ids: new Set([...document.querySelectorAll('[id]')].map((element) => element.id)).size,
      elementsWithId: document.querySelectorAll('[id]').length,
    }));
    const { ids, elementsWithId, ...rest } = frame;
    assert.deepEqual(rest, { headings: 1, mains: 1, language: 'en', isTitled: true }, name);
    assert.equal(ids, elementsWithId, `${name} repeats an id`);
  }
});

test('a problem is an alert, and its fields are described by its sentence', async () => {
  await using opened = await open({});
  for (const [name, field] of [
    ['sign-in refused', 'password'],
    ['sign-up, password_too_short', 'password'],
    ['account, wrong password', 'currentPassword'],
    ['account, short password', 'newPassword'],
    ['step-up refused', 'password'],
    ['device, wrong code', 'userCode'],
    ['second factor, totp wrong', 'code'],
    ['second factor, password wrong', 'password'],
    ['enrol refused', 'code'],
    ['totp refused', 'code'],
    ['step-up, wrong code', 'code'],
    ['reset refused', 'password'],
  ] as const) {
    await opened.show(name);
    const input = opened.page.locator(`#${field}`);
    assert.match((await input.getAttribute('aria-describedby')) ?? '', /^problem\b/, name);
    assert.equal(await input.getAttribute('aria-invalid'), 'true', name);
    assert.equal(await opened.page.locator('[role=alert] #problem').count(), 1, name);
    assert.ok(await input.evaluate((element) => element === document.activeElement), `${name}: focus`);
    assert.match(await opened.page.title(), /^Problem: /);
  }
});

/** Opens the sample pages. */
function open(options: BrowserContextOptions): Promise<Opened> {
  return openPages(browser, { pages }, options);
}
