import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
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

test('a person signs in on the hosted form without JavaScript and sees the account page', async () => {
  const email = await stage.newPerson();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, stage, email, '/account');
  assert.match((await page.textContent('main')) ?? '', new RegExp(email));
  await context.close();
});

test('a person signs in and keeps notes that are gone from the page after signing out', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, stage, await stage.newPerson());
  await writeNote(page, 'Water the peacock <b>today</b>');
  assert.equal(await page.locator('#notes b').count(), 0, 'what is written in a note stays text');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Nothing here yet').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'A place for your notes' }).waitFor();
  assert.equal((await page.request.get(`${stage.origin}/notes`)).status(), 401);
  await context.close();
});
