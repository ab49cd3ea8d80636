import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import { virtualAuthenticator } from '@argus/testing/virtual-authenticator';
import type { Browser, BrowserContext, Page } from 'playwright-core';
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

const tenMinutes = 600_000;

/** A person with a note and with a passkey, which every window of theirs can reach. */
async function withPasskey(context: BrowserContext): Promise<Page> {
  // A device that answers by itself would answer the offer in the autofill too.
  await context.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  const page = await context.newPage();
  const credential = await authenticatorIn(page);
  await signIn(page, stage, await stage.newPerson(), '/account');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
  context.on('page', (window) => void authenticatorIn(window, credential.copy()));
  await page.goto(stage.origin);
  await writeNote(page, 'To be forgotten');
  return page;
}

interface Held {
  copy(): Promise<readonly unknown[]>;
}

/** Each window has a device of its own to the tools of the browser; with `holding` it holds the same passkeys. */
async function authenticatorIn(page: Page, holding?: Promise<readonly unknown[]>): Promise<Held> {
  const { devtools, authenticatorId } = await virtualAuthenticator(page);
  for (const credential of (await holding) ?? []) {
    await devtools.send('WebAuthn.addCredential', { authenticatorId, credential: credential as never }); // as it came
  }
  return {
    copy: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

test('a refused request steps up in a window by a passkey and succeeds; then the passkey signs in', async () => {
  const context = await browser.newContext();
  const page = await withPasskey(context);
  stage.clock.skip(tenMinutes);
  const opened = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Empty the list' }).click();
  const window = await opened;
  const closed = window.waitForEvent('close');
  await window.getByText('Close this window').waitFor();
  await window.getByRole('button', { name: 'Confirm with a passkey' }).click();
  await page.getByText('Nothing here yet').waitFor();
  await closed;
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  await context.close();
});

test('a window that the person closes leaves the request refused, also where the page cannot see it', async () => {
  const context = await browser.newContext();
  // Without Cross-Origin-Opener-Policy of its own the page loses hold of Argus's window, which has one.
  await context.route(`${stage.origin}/`, async (route) => {
    const response = await route.fetch();
    const { 'cross-origin-opener-policy': _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  const page = await context.newPage();
  await signIn(page, stage, await stage.newPerson());
  await writeNote(page, 'To be kept');
  stage.clock.skip(tenMinutes);
  const opened = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Empty the list' }).click();
  const window = await opened;
  await window.getByText('Close this window').waitFor();
  await window.close({ runBeforeUnload: true });
  await page.getByRole('alert').filter({ hasText: 'fresher sign-in' }).waitFor();
  assert.equal(await page.getByRole('listitem').count(), 1);
  await context.close();
});
