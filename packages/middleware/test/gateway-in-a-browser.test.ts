import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser, Page } from 'playwright-core';
import { email, openStage, password, type Stage } from './gateway-stage.ts';

let browser: Browser;
let stage: Stage;
before(async () => {
  // Browsers know no other time than the machine's, so cookies and tokens must.
  const clock = movable();
  [browser, stage] = await Promise.all([launchBrowser(), openStage({ clock })]);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

function movable() {
  let skippedMs = 0;
  const skip = (ms: number) => {
    skippedMs += ms;
  };
  return {
    now: () => Date.now() + skippedMs,
    advance: skip,
    advanceTo: (at: number) => skip(at - Date.now()),
  };
}

async function proveAtArgus(page: Page): Promise<void> {
  await page.waitForURL(`${stage.issuer}/**`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Everything that scripts of the page could reach. */
function reachable(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const stored = [...Object.values(localStorage), ...Object.values(sessionStorage)];
    return [
      document.cookie,
      document.documentElement.outerHTML,
      ...stored,
      ...databases.map(({ name }) => name),
    ].join();
  });
}

test('Argus on one host, the application on another: sign-in, step-up, a kept form and sign-out, and no token in reach', async () => {
  const context = await browser.newContext();
  const bodies: string[] = [];
  context.on('response', async (response) => {
    const isOurs = response.url().startsWith(stage.app.origin);
    if (isOurs) bodies.push(await response.text().catch(() => ''));
  });
  const page = await context.newPage();
  await page.goto(`${stage.app.origin}/me`);
  await proveAtArgus(page);
  await page.waitForURL(`${stage.app.origin}/me`);
  await page.goto(stage.app.origin);
  assert.match((await page.textContent('body')) ?? '', /^signed in as /);
  const told = await page.evaluate(async () => (await fetch('/auth/session')).json());
  assert.equal(told.user.email, email);
  const renewed = await page.evaluate(async () => (await fetch('/auth/refresh', { method: 'POST' })).status);
  assert.equal(renewed, 200);

  const held = await context.cookies(stage.app.origin);
  assert.deepEqual(
    held.map(({ name }) => name.split('.').at(-1)).toSorted((a = '', b = '') => a.localeCompare(b)),
    ['access', 'refresh'],
  );
  for (const { httpOnly, secure, sameSite, path, domain } of held) {
    assert.deepEqual(
      { httpOnly, secure, sameSite, path, domain },
      { httpOnly: true, secure: true, sameSite: 'Lax', path: '/', domain: '127.0.0.1' },
    );
  }
  const seen = await reachable(page);
  assert.doesNotMatch(seen, /eyJ|__Host-/);
  for (const { value } of held) assert.ok(!seen.includes(value.slice(-40)));

  stage.argus.clock.advance(120_000);
  // A page of the application with a form and no script.
  await page.setContent(
    '<form method="post" action="/fresh"><input name="title" value="Tom &amp; Ada"><button>Save</button></form>',
  );
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(`${stage.issuer}/step-up?**`);
  await page.getByLabel('Password').fill(password);
  await page
    .getByRole('button', { name: /confirm|continue/i })
    .first()
    .click();
  await page.getByRole('heading', { name: 'Send it now?' }).waitFor();
  assert.match((await page.textContent('table')) ?? '', /title\s*Tom & Ada/);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`${stage.app.origin}/fresh`);
  assert.equal(await page.textContent('body'), '{"title":"Tom & Ada"}');

  await page.goto(stage.app.origin);
  await page.setContent(
    '<form method="post" action="/auth/sign-out?everywhere"><button>Sign out</button></form>',
  );
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('nobody').waitFor();
  assert.equal(new URL(page.url()).origin, stage.app.origin);
  assert.deepEqual(await context.cookies(stage.app.origin), []);
  for (const body of bodies) assert.doesNotMatch(body, /eyJ[\w-]+\.[\w-]+\./);
  await context.close();
});

test('the pages of the gateway pass axe in light and dark, at 320 pixels, and need no script', async () => {
  const { AxeBuilder } = await import('@axe-core/playwright');
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (!/status of [45]\d\d/.test(message.text())) complaints.push(message.text());
  });
  stage.app.line.state = 'up';
  for (const path of ['/auth/callback?error=access_denied', '/auth/nothing', '/auth/resume/abcdefgh']) {
    await page.goto(`${stage.app.origin}${path}`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      assert.deepEqual(
        violations.map(({ id }) => id),
        [],
        `${path}, ${colorScheme}`,
      );
    }
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, path);
  }
  assert.deepEqual(complaints, []);
  await context.close();
});
