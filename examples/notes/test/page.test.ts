import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import { launchBrowser } from '@argus/testing';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { signIn, writeNote } from './person.ts';
import { openStage, type Stage } from './stage.ts';

let browser: Browser;
let stage: Stage;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage()]);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

/** Everything that scripts of the page hold, as V8 writes it down. */
async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}

test('no token is within reach of the page: not in document.cookie, in storage or on the heap', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, stage, await stage.newPerson());
  await writeNote(page, 'a word that is on the heap');
  const seen = await page.evaluate(async () => ({
    cookie: document.cookie,
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
  }));
  assert.deepEqual(seen, { cookie: '', local: 0, session: 0, databases: 0, caches: 0 });
  const tokens = (await context.cookies()).filter((cookie) =>
    Object.values<string>(cookieNames).includes(cookie.name),
  );
  assert.equal(
    tokens.filter(({ name, value }) => /access|refresh/.test(name) && value.length > 100).length,
    2,
  );
  const heap = await heapOf(page);
  assert.ok(heap.includes('a word that is on the heap'), 'the look at the heap sees strings');
  const found = tokens.filter(({ value }) => heap.includes(value.slice(-40))).map(({ name }) => name);
  assert.deepEqual(found, []);
  for (const { name, httpOnly, secure, sameSite, path } of tokens) {
    assert.deepEqual(
      { httpOnly, secure, sameSite, path },
      { httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
      name,
    );
  }
  await context.close();
});

test('axe finds nothing on any state of the page, light or dark', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const check = async (state: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const found = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      const lines = found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' '))}`,
      );
      assert.deepEqual(lines, [], `${state}, ${colorScheme}`);
    }
  };
  await page.goto(stage.origin);
  await page.getByRole('heading', { name: 'A place for your notes' }).waitFor();
  await check('signed out');
  const email = await stage.newPerson();
  await signIn(page, stage, email);
  await page.getByText('Nothing here yet').waitFor();
  await check('no notes');
  await writeNote(page, 'Feed the peacock');
  await check('notes');
  await page.evaluate(() => document.querySelector('dialog')?.showModal());
  await check('warning');
  await stage.endSessionOf(email);
  await page.reload();
  await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
  await check('ended');
  await context.close();
});

test('the strict content security policy blocks nothing the page needs, and 320 pixels are enough', async () => {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A 401 is how the page learns that nobody is signed in.
    if (!message.text().includes('status of 401')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(stage.origin);
  await signIn(page, stage, await stage.newPerson());
  await writeNote(page, 'Aveeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeerylongwordthatneverends');
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).display), 'flex');
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320);
  assert.deepEqual(complaints, []);
  await context.close();
});
