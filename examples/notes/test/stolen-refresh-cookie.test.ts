import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AuditEventAnswer, cookieNames } from '@argus/contract';
import { balanced } from '@argus/core';
import { launchBrowser } from '@argus/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signIn } from './person.ts';
import { openStage, type Stage } from './stage.ts';

const windowMs = balanced.tokens.refresh.retryWindowSeconds * 1000;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

let browser: Browser;
let stage: Stage;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage()]);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

interface Party {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly userAgent: string;
  refresh(): Promise<number>;
  refreshCookie(): Promise<string>;
}

interface Theft extends AsyncDisposable {
  readonly email: string;
  readonly owner: Party;
  readonly thief: Party;
}

interface Loot {
  readonly withDevice: boolean;
  /** The thief's browser says the same of itself as the owner's. */
  readonly sameBrowser?: boolean;
}

/** A person signs in; a second browser gets a copy of the refresh cookie, with or without the device cookie. */
async function steal({ withDevice, sameBrowser = withDevice }: Loot): Promise<Theft> {
  const email = await stage.newPerson();
  const owner = await party(await browser.newContext());
  await signIn(owner.page, stage, email);
  const wanted: string[] = [cookieNames.refresh, ...(withDevice ? [cookieNames.device] : [])];
  const loot = (await owner.context.cookies()).filter((cookie) => wanted.includes(cookie.name));
  assert.equal(loot.length, wanted.length);
  const theirs = await browser.newContext(sameBrowser ? {} : { userAgent: firefox });
  await theirs.addCookies(loot);
  const thief = await party(theirs);
  // Of this origin, but no page that would use the cookies by itself.
  await thief.page.goto(`${stage.origin}/app.css`);
  return {
    email,
    owner,
    thief,
    async [Symbol.asyncDispose]() {
      await owner.context.close();
      await thief.context.close();
    },
  };
}

async function party(context: BrowserContext): Promise<Party> {
  const page = await context.newPage();
  return {
    context,
    page,
    userAgent: await page.evaluate(() => navigator.userAgent),
    refresh: () =>
      page.evaluate(async () => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/api/session/refresh', { method: 'POST', body: '{}', headers })).status;
      }),
    async refreshCookie() {
      return (await context.cookies()).find((cookie) => cookie.name === cookieNames.refresh)?.value ?? '';
    },
  };
}

/** The owner's page says that it is over, and neither of the two gets anything any more. */
async function assertOver({ email, owner, thief }: Theft, reason: string): Promise<void> {
  await owner.page.reload();
  await owner.page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
  assert.deepEqual([await owner.refresh(), await thief.refresh()], [401, 401]);
  const ended = (await stage.auditOf(email)).filter((event) => event.type === 'session.ended');
  assert.deepEqual(
    ended.map((event) => event.reason),
    [reason],
  );
}

async function reuseOf({ email }: Theft): Promise<AuditEventAnswer> {
  const found = (await stage.auditOf(email)).filter((event) => event.type === 'session.reuse-detected');
  assert.equal(found.length, 1);
  const [event] = found;
  assert.ok(event);
  return event;
}

const matrix = [
  { when: 'inside the lost-reply window', waitMs: 0, withDevice: false },
  { when: 'after the lost-reply window', waitMs: windowMs + 1, withDevice: false },
  { when: 'after the lost-reply window', waitMs: windowMs + 1, withDevice: true },
];

for (const { when, waitMs, withDevice } of matrix) {
  const loot = withDevice ? 'with the device cookie' : 'without the device cookie';
  test(`a stolen refresh cookie replayed ${when} ${loot} ends the session for both`, async () => {
    await using theft = await steal({ withDevice, sameBrowser: false });
    const { owner, thief } = theft;
    assert.equal(await owner.refresh(), 200);
    stage.clock.skip(waitMs);
    assert.equal(await thief.refresh(), 401);
    await assertOver(theft, 'refresh-reuse');
    const { details, ip } = await reuseOf(theft);
    assert.equal(ip, '127.0.0.1');
    assert.partialDeepStrictEqual(details, {
      rotatedBy: { ip: '127.0.0.1', userAgent: owner.userAgent, generation: 2 },
      replayedBy: { ip: '127.0.0.1', userAgent: firefox, generation: 1, holdsDeviceSecret: withDevice },
    });
  });
}

test('a replay inside the window by the same device gets the same successor and is caught at the next use', async () => {
  await using theft = await steal({ withDevice: true });
  const { owner, thief } = theft;
  assert.equal(await owner.refresh(), 200);
  assert.equal(await thief.refresh(), 200);
  assert.equal(await thief.refreshCookie(), await owner.refreshCookie());
  const beforeIt = (await stage.auditOf(theft.email)).map((event) => event.type);
  assert.equal(beforeIt.filter((type) => type === 'session.refreshed').length, 1);
  assert.equal(beforeIt.filter((type) => type === 'session.refresh-repeated').length, 1);

  stage.clock.skip(windowMs + 1);
  assert.equal(await owner.refresh(), 200);
  stage.clock.skip(windowMs + 1);
  assert.equal(await thief.refresh(), 401);
  await assertOver(theft, 'refresh-reuse');
  assert.partialDeepStrictEqual((await reuseOf(theft)).details, {
    rotatedBy: { generation: 3 },
    replayedBy: { generation: 2, holdsDeviceSecret: true },
  });
});

test('a thief who rotates first, with everything of the device, is caught when the owner comes', async () => {
  await using theft = await steal({ withDevice: true });
  const { owner, thief } = theft;
  assert.equal(await thief.refresh(), 200);
  stage.clock.skip(windowMs + 1);
  // The access token would last a while; the refresh token is what the thief has used up.
  await owner.context.clearCookies({ name: cookieNames.access });
  await assertOver(theft, 'refresh-reuse');
  assert.partialDeepStrictEqual((await reuseOf(theft)).details, {
    rotatedBy: { generation: 2 },
    replayedBy: { generation: 1 },
  });
});

test('a thief without the device cookie cannot rotate at all, and trying ends the session', async () => {
  await using theft = await steal({ withDevice: false });
  assert.equal(await theft.thief.refresh(), 401);
  await assertOver(theft, 'device-changed');
});

test('a thief cannot borrow an address by writing X-Forwarded-For', async () => {
  await using theft = await steal({ withDevice: true });
  const { thief } = theft;
  await thief.context.setExtraHTTPHeaders({ 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' });
  assert.equal(await thief.refresh(), 200);
  const last = (await stage.auditOf(theft.email)).at(-1);
  assert.deepEqual([last?.type, last?.ip], ['session.refreshed', '127.0.0.1']);
});
