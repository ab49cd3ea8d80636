import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { AuditEventAnswer } from '@argus/contract';
import { launchBrowser } from '@argus/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { eventually, signIn, writeNote } from './person.ts';
import { openStage, type Stage } from './stage.ts';

/** The shortest life that leaves a client its pause of two seconds between refreshes. */
const accessSeconds = 4;

let browser: Browser;
let stage: Stage;
let context: BrowserContext;
let email: string;
let first: Page;
let second: Page;
/** Answers of 400 and more that a page of this context received. */
let refusals: string[];

before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage({ accessSeconds })]);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

beforeEach(async (t) => {
  email = await stage.newPerson();
  context = await browser.newContext();
  refusals = [];
  context.on('response', (response) => {
    if (response.status() >= 400) refusals.push(`${response.status()} ${response.url()}`);
  });
  first = await context.newPage();
  await signIn(first, stage, email);
  second = await openTab();
  // Hooks of a test run also when it fails, so no tab of this person lives on into the next test.
  if ('after' in t) t.after(() => context.close());
});

async function openTab(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(stage.origin);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  return page;
}

/** Work in a tab until `isEnough`, and say how often. */
async function work(page: Page, name: string, isEnough: () => boolean): Promise<number> {
  let rounds = 0;
  for (; !isEnough(); rounds += 1) {
    await writeNote(page, `${name} ${rounds}`);
    await page.getByRole('button', { name: `Delete: ${name} ${rounds}`, exact: true }).click();
    await page
      .getByRole('listitem')
      .filter({ hasText: `${name} ${rounds}` })
      .waitFor({ state: 'detached' });
  }
  return rounds;
}

async function refreshEvents(): Promise<AuditEventAnswer[]> {
  return (await stage.auditOf(email)).filter((event) => event.type.startsWith('session.'));
}

async function waitForRotations(count: number): Promise<void> {
  const hasRotated = async () => (await refreshEvents()).length >= count;
  await eventually(`rotation ${count}`, hasRotated, accessSeconds * count + 10);
}

/** One rotation after the other, none twice, and nothing else about the session. */
function assertPlainRotations(events: readonly AuditEventAnswer[]): void {
  assert.deepEqual(
    events.map((event) => [event.type, event.details.generation]),
    events.map((_, index) => ['session.refreshed', index + 2]),
  );
}

test('two tabs work past four access-token lives with one refresh per life and no interruption', async () => {
  let isEnough = false;
  const working = Promise.all([work(first, 'first', () => isEnough), work(second, 'second', () => isEnough)]);
  await waitForRotations(4).finally(() => {
    isEnough = true;
  });
  const rounds = await working;
  const events = await refreshEvents();
  assertPlainRotations(events);
  const times = events.map((event) => Date.parse(event.time));
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  assert.ok(Math.min(...gaps) > (accessSeconds * 1000) / 4, `a life was refreshed twice: ${gaps}`);
  assert.ok(Math.min(...rounds) >= 4, `both tabs kept working: ${rounds}`);
  assert.deepEqual(refusals, []);
});

test('a tab that closes in the middle of its refresh costs the other one nothing', async () => {
  const isRefresh = (url: string) => url.endsWith('/api/session/refresh');
  for (const page of [first, second]) {
    page.on('request', (request) => {
      if (isRefresh(request.url()) && context.pages().length === 2) void page.close();
    });
  }
  await eventually('the refreshing tab is closed', async () => context.pages().length === 1);
  const [left] = context.pages();
  assert.ok(left);
  const before = (await refreshEvents()).length;
  await waitForRotations(before + 2);
  await writeNote(left, 'still here');
  const strange = (await refreshEvents()).filter((event) => !/refreshed|refresh-repeated/.test(event.type));
  assert.deepEqual(strange, []);
  assert.deepEqual(refusals, []);
});

test('signing out in one tab signs out the others, and a tab that was closed changes nothing', async () => {
  await second.close();
  const third = await openTab();
  await first.getByRole('button', { name: 'Sign out' }).click();
  for (const page of [first, third]) {
    await page.getByRole('heading', { name: 'A place for your notes' }).waitFor();
    assert.equal((await page.request.get(`${stage.origin}/notes`)).status(), 401);
  }
  const last = (await stage.auditOf(email)).at(-1);
  assert.deepEqual([last?.type, last?.reason], ['session.ended', 'signed-out']);
  const kept = (await context.cookies()).map((cookie) => cookie.name);
  assert.deepEqual(
    kept.filter((name) => /access|refresh/.test(name)),
    [],
  );
});

test('two tabs outlive a restart of Argus', async () => {
  await stage.stopArgus();
  await Promise.any([first, second].map((page) => page.getByText('Argus cannot be reached').waitFor()));
  await stage.startArgus();
  const before = (await refreshEvents()).length;
  await waitForRotations(before + 2);
  await writeNote(first, 'after the restart');
  await writeNote(second, 'after it as well');
  assertPlainRotations(await refreshEvents());
  const others = refusals.filter((line) => !/^50\d .*\/api\/session/.test(line));
  assert.deepEqual(others, []);
});
