import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fakeClock, launchBrowser } from '@argus/testing';
import { readQrCode } from '@argus/testing/qr-reader';
import type { TestServer } from '@argus/testing/server';
import { totpApp } from '@argus/testing/totp-app';
import { virtualAuthenticator } from '@argus/testing/virtual-authenticator';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { issuerOf, openProvider } from './oauth-stage.ts';
import { password } from './stage.ts';

let server: TestServer;
let chromium: Browser;
before(async () => {
  server = await openProvider({ clock: fakeClock(Math.floor(Date.now() / 1000) * 1000) });
  chromium = await launchBrowser();
});
after(async () => {
  await chromium.close();
  await server[Symbol.asyncDispose]();
});

/** A person at a browser whose device holds passkeys. */
interface AtBrowser extends AsyncDisposable {
  readonly page: Page;
  readonly email: string;
  readonly devtools: CDPSession;
  readonly authenticatorId: string;
  go(path: string): Promise<void>;
}

let people = 0;

async function atBrowser(): Promise<AtBrowser> {
  people += 1;
  const email = `browser-${people}@example.org`;
  const context = await chromium.newContext({ reducedMotion: 'reduce' });
  // A device that answers by itself would answer the offer in the autofill too; that has a test of its own.
  await context.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  const page = await context.newPage();
  const { devtools, authenticatorId } = await virtualAuthenticator(page);
  const go = async (path: string) => void (await page.goto(`${issuerOf(server)}${path}`));
  await go('/sign-up');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await byPassword({ page, email });
  await page.waitForURL(/\/account/);
  return {
    page,
    email,
    devtools,
    authenticatorId,
    go,
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** By keyboard alone, as all of it must be usable. */
async function byPassword({ page, email }: Pick<AtBrowser, 'page' | 'email'>): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

async function addPasskey({ page, go }: AtBrowser): Promise<void> {
  await go('/account');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
  await page.getByRole('link', { name: /kept them/ }).click();
  await page.waitForURL(/notice=passkey-added/);
}

async function signOut({ page }: AtBrowser): Promise<void> {
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.waitForURL(/\/sign-in/);
}

async function byPasskey({ page, go }: AtBrowser): Promise<void> {
  await go('/sign-in');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
}

async function assertAxeClean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
    [],
  );
}

describe('a person with a passkey', () => {
  test('makes it in the account, and signs in with it without a name', async () => {
    await using at = await atBrowser();
    await addPasskey(at);
    await signOut(at);
    await byPasskey(at);
    await at.page.waitForURL(/\/account/);
    assert.match((await at.page.textContent('main')) ?? '', /passkey|security key/);
    await assertAxeClean(at.page);
  });

  test('is asked for it after the password, on a page that is whole', async () => {
    await using at = await atBrowser();
    await addPasskey(at);
    await signOut(at);
    await at.go('/sign-in');
    await byPassword(at);
    await at.page.waitForURL(/\/sign-in\/next/);
    await assertAxeClean(at.page);
    await at.page
      .getByRole('button', { name: /passkey/i })
      .first()
      .click();
    await at.page.waitForURL(/\/account/);
  });

  test('whose device does not check who holds it is asked for the password too', async () => {
    await using at = await atBrowser();
    await addPasskey(at);
    await signOut(at);
    const { devtools, authenticatorId, page } = at;
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await byPasskey(at);
    // Chromium asks for the check by itself where the server prefers it, and a failed one is no answer.
    await Promise.race([
      page.getByText(/Nothing came from your passkey/).waitFor(),
      page.waitForURL(/\/sign-in\/next/),
    ]);
    assert.doesNotMatch(page.url(), /\/account/);
  });

  test('that signs with another key, or says of itself what it did not say before, is not let in', async () => {
    await using at = await atBrowser();
    await addPasskey(at);
    await signOut(at);
    const { devtools, authenticatorId, page } = at;
    await devtools.send('WebAuthn.setResponseOverrideBits', { authenticatorId, isBogusSignature: true });
    await byPasskey(at);
    await page.getByText('This passkey could not be accepted.').waitFor();
    await devtools.send('WebAuthn.setResponseOverrideBits', { authenticatorId, isBogusSignature: false });
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    const credentialId = credentials[0]?.credentialId ?? '';
    const flipped = { authenticatorId, credentialId, backupEligibility: true, backupState: true };
    await devtools.send('WebAuthn.setCredentialProperties', flipped);
    await byPasskey(at);
    await page.getByText('This passkey could not be accepted.').waitFor();
  });

  test('takes it away after a fresh proof, and the browser forgets it', async () => {
    await using at = await atBrowser();
    await addPasskey(at);
    const { devtools, authenticatorId, page, go } = at;
    const held = async () =>
      (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length;
    assert.equal(await held(), 1);
    server.clock.advance(16 * 60_000);
    await go('/account');
    const remove = async () => {
      await page.locator('summary', { hasText: 'Rename or remove' }).first().click();
      await page.locator('form[action$="/remove"]').first().getByRole('button').click();
    };
    await remove();
    await page.waitForURL(/\/step-up/);
    await assertAxeClean(page);
    await page
      .getByRole('button', { name: /passkey/i })
      .first()
      .click();
    await page.waitForURL(/\/account/);
    await remove();
    await page.waitForURL(/notice=passkey-removed/);
    for (let look = 0; look < 100 && (await held()) > 0; look += 1) await page.evaluate(() => 0);
    assert.equal(await held(), 0, 'the browser was told that it counts no more');
  });
});

describe('a person with an authenticator app', () => {
  test('scans the code, keeps the recovery codes, and signs in with either', async () => {
    await using at = await atBrowser();
    const { page, go } = at;
    await go('/account/totp');
    await assertAxeClean(page);
    const uri = readQrCode(await page.locator('svg.qr').evaluate((drawing) => drawing.outerHTML));
    const app = totpApp(uri, server);
    await page.getByLabel(/Code/).first().fill(app.code());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    const [recovery = ''] = (await page.locator('.codes li').allTextContents()).map((text) => text.trim());
    await page.getByRole('link', { name: /kept them/ }).click();
    await signOut(at);
    server.clock.advance(30_000);
    await byPassword(at);
    await page.waitForURL(/\/sign-in\/next/);
    await page.getByLabel(/Code/).first().fill('000000');
    await page.keyboard.press('Enter');
    await page.getByText('The code is not right, or it was used already.').waitFor();
    await page.getByLabel(/Code/).first().fill(app.code());
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/account/);
    await signOut(at);
    await byPassword(at);
    await page.waitForURL(/\/sign-in\/next/);
    await page.getByRole('link', { name: /recovery code/i }).click();
    await page.getByLabel(/recovery code/i).fill(recovery.toLowerCase());
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/account/);
  });
});
