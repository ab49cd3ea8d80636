import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
import { type GatewayStage, openGatewayStage, openTabOf, signInFrom } from './gateway-stage.ts';
import { writeNote } from './person.ts';
import { password } from './stage.ts';

let browser: Browser;
let stage: GatewayStage;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openGatewayStage()]);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

test('a person signs in at Argus, keeps notes on another host, and signs out in every tab', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signInFrom(page, stage, await stage.newPerson());
  await writeNote(page, 'Water the peacock');
  const other = await openTabOf(context, stage);
  await page.getByRole('button', { name: 'Sign out' }).click();
  for (const each of [page, other])
    await each.getByRole('heading', { name: 'A place for your notes' }).waitFor();
  assert.deepEqual(await context.cookies(stage.origin), []);
  assert.equal((await page.request.get(`${stage.origin}/notes`)).status(), 401);
  await context.close();
});

test('no token is within reach of the page', async () => {
  const context = await browser.newContext();
  const bodies: string[] = [];
  const page = await context.newPage();
  page.on('response', async (response) => {
    if (response.url().startsWith(stage.origin)) bodies.push(await response.text().catch(() => ''));
  });
  await signInFrom(page, stage, await stage.newPerson());
  await writeNote(page, 'a word that is on the heap');
  const seen = await page.evaluate(async () => ({
    cookie: document.cookie,
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
  }));
  assert.deepEqual(seen, { cookie: '', local: 0, session: 0, databases: 0, caches: 0 });
  const held = await context.cookies(stage.origin);
  assert.equal(held.length, 2);
  for (const { httpOnly, secure, sameSite } of held) {
    assert.deepEqual({ httpOnly, secure, sameSite }, { httpOnly: true, secure: true, sameSite: 'Lax' });
  }
  const devtools = await context.newCDPSession(page);
  const chunks: string[] = [];
  devtools.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  const heap = chunks.join('');
  assert.ok(heap.includes('a word that is on the heap'), 'the look at the heap sees strings');
  for (const text of [heap, ...bodies]) {
    assert.doesNotMatch(text, /eyJ[\w-]{20,}\.[\w-]{20,}\./);
    for (const { value } of held) assert.ok(!text.includes(value.slice(-40)));
  }
  await context.close();
});

test('what cannot be taken back is proved again in a window, and the request goes through', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signInFrom(page, stage, await stage.newPerson());
  await writeNote(page, 'To be forgotten');
  stage.clock.skip(600_000);
  const opened = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Empty the list' }).click();
  const window = await opened;
  const closed = window.waitForEvent('close');
  await window.waitForURL(`${stage.issuer}/step-up?**`);
  await window.getByLabel('Password').fill(password);
  await window.getByLabel('Password').press('Enter');
  await page.getByText('Nothing here yet').waitFor();
  await closed;
  await context.close();
});
