import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signIn, writeNote } from './person.ts';
import { openStage, type Stage } from './stage.ts';

let browser: Browser;
let stage: Stage;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage({ accessSeconds: 4, idleSeconds: 10 })]);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Are you still there?' });
const endOf = (page: Page) => page.getByRole('heading', { name: 'Your session has ended' });

async function idleEnd(page: Page): Promise<number> {
  const answer = await page.request.get(`${stage.origin}/api/session`);
  return Date.parse((await answer.json()).session.idleExpiresAt);
}

async function openTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(stage.origin);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  return page;
}

test('an idle person is asked, can stay, and is signed out only when nobody answers', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const email = await stage.newPerson();
  await signIn(page, stage, email);
  await writeNote(page, 'for my eyes');
  const other = await openTab(context);
  await Promise.all([dialogOf(page).waitFor(), dialogOf(other).waitFor()]);
  await page.mouse.move(30, 30); // on the way to the button: no answer yet
  const before = await idleEnd(page);
  await page.getByRole('button', { name: 'Stay signed in' }).click();
  await Promise.all([page, other].map((each) => dialogOf(each).waitFor({ state: 'hidden' })));
  assert.ok((await idleEnd(page)) > before, 'staying moved the end');

  await dialogOf(page).waitFor();
  await Promise.all([endOf(page).waitFor(), endOf(other).waitFor()]);
  assert.equal(await page.getByText('for my eyes').count(), 0, 'nothing of the person stays on the page');
  const answer = await page.request.get(`${stage.origin}/api/session`);
  assert.equal(answer.status(), 401);
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await page.waitForURL(`${stage.origin}/sign-in?returnTo=/`);
  await context.close();
});

test('a session that is ended from elsewhere is over in every tab at the next word from Argus', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const email = await stage.newPerson();
  await signIn(page, stage, email);
  const other = await openTab(context);
  await stage.endSessionOf(email);
  await page.reload();
  await endOf(page).waitFor();
  // The first to ask lost the cookies for all; without them a tab cannot tell an end from a sign-out.
  await other.getByRole('heading', { name: /^(Your session has ended|A place for your notes)$/ }).waitFor();
  assert.equal(await stage.endReasonOf(email), 'ended-by-administrator');
  await context.close();
});
