import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser } from 'playwright-core';
import { accountPage } from '../src/pages/account.ts';
import type { AccountView } from '../src/pages/account-view.ts';
import { scopeSentence } from '../src/pages/scope-words.ts';
import { sampleAccount } from './pages-samples.ts';
import { type Opened, openPages } from './pages-stage.ts';

const notes = {
  client: { id: 'notes', name: 'Notes', isVerified: true },
  scopes: [{ name: 'profile', sentence: scopeSentence('profile') }],
  since: '2025-11-23T12:57:00.000Z',
  until: null,
};
const google = {
  issuer: 'https://accounts.google.com',
  subject: '248289761001',
  providerName: 'Google',
  email: 'ada@gmail.example',
  linkedAt: '2025-11-23T12:57:00.000Z',
  lastUsedAt: '2025-11-23T12:57:00.000Z',
  isOnlyWay: false,
};
const connected = {
  formToken: 'token',
  applications: [notes],
  nextApplications: null,
  identities: [google],
  providers: [{ id: 'corp', name: 'Corp' }],
};

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

async function account(change: Partial<AccountView> = {}): Promise<Opened> {
  const html = accountPage(sampleAccount(() => 'x', { ...connected, ...change }));
  const opened = await openPages(browser, { pages: { html } }, { javaScriptEnabled: false });
  await opened.show('html');
  return opened;
}

test('withdrawing an application posts to its own path, by a button of its own name', async () => {
  await using opened = await account();
  const button = opened.page.getByRole('button', { name: 'Withdraw the access of Notes' });
  const sent = await opened.sent('/account/applications/notes/withdraw', () => button.click());
  assert.deepEqual([...sent.entries()], [['formToken', 'token']]);
});

test('disconnecting a provider says which identity is meant', async () => {
  await using opened = await account();
  const button = opened.page.getByRole('button', { name: 'Disconnect Google, ada@gmail.example' });
  const sent = await opened.sent('/account/identities/disconnect', () => button.click());
  const { issuer, subject } = google;
  assert.deepEqual(Object.fromEntries(sent), { formToken: 'token', issuer, subject });
});

test('connecting a provider says that it is to be linked', async () => {
  await using opened = await account();
  const button = opened.page.getByRole('button', { name: 'Connect Corp' });
  const sent = await opened.sent('/sign-in/federated/corp', () => button.click());
  assert.deepEqual(Object.fromEntries(sent), { formToken: 'token', purpose: 'link' });
});

test('the only way to sign in cannot be disconnected', async () => {
  await using opened = await account({ identities: [{ ...google, isOnlyWay: true }], hasPassword: false });
  assert.equal(await opened.page.getByRole('button', { name: /^Disconnect/ }).count(), 0);
  assert.match(await opened.words('#providers'), /Your only way to sign in/);
  assert.equal(await opened.page.locator('#password input').count(), 0);
});

test('an application is shown with what it may do, since when, and when it must ask again', async () => {
  const texts = await Promise.all(
    [null, '2025-12-23T14:31:00.000Z', '2025-11-22T14:31:00.000Z'].map(async (until) => {
      await using opened = await account({ applications: [{ ...notes, until }] });
      return await opened.words('#applications');
    }),
  );
  for (const text of texts) assert.match(text, /Notes.* See your name\. .*Allowed 2 hours ago/);
  assert.match(texts[0] ?? '', /Asks again never/);
  assert.match(texts[1] ?? '', /Asks again in 30 days/);
  assert.match(texts[2] ?? '', /Asks again the next time you use it/);
});

test('who let no application in and connected no provider is told so', async () => {
  await using opened = await account({ applications: [], identities: [] });
  assert.match(await opened.words('#applications'), /not allowed any application/);
  assert.match(await opened.words('#providers'), /No provider is connected/);
});

test('an installation without providers shows no section for them, nor a link to it', async () => {
  await using opened = await account({ identities: [], providers: [] });
  assert.equal(await opened.page.locator('#providers, a[href="#providers"]').count(), 0);
});
