import type { Browser } from 'playwright-core';
import { accountPage } from '../src/pages/account.ts';
import { secondFactorPage, signInPage } from '../src/pages/index.ts';
import { sampleAccount } from './pages-samples.ts';
import type { Answering, Opened } from './pages-stage.ts';
import {
  openWithAuthenticator,
  type Verifier,
  verifier,
  type WithAuthenticator,
} from './passkey-browser-stage.ts';

const signingIn = { formToken: 'token', request: 'sealed', returnTo: '/account' };
export const knownPasskeys = {
  rpId: 'argus.localhost',
  userId: 'AZuMAAAAcACAAAAAAAAAAQ',
  name: 'ada@example.org',
  displayName: 'Ada',
  credentialIds: ['AAAA'],
};
export const passkeyPages = {
  'sign-in': signInPage(signingIn),
  'second factor': secondFactorPage({
    ...signingIn,
    methods: ['passkey', 'totp'],
    shown: 'passkey',
    rememberDeviceSeconds: 30 * 86_400,
  }),
  account: accountPage(sampleAccount(() => 'x', { formToken: 'token', authenticators: [] })),
  'account with signals': accountPage(sampleAccount(() => 'x', { authenticators: [], knownPasskeys })),
  'unknown passkey': signInPage({
    ...signingIn,
    refusal: 'passkey_refused',
    unknownPasskey: { rpId: 'argus.localhost', credentialId: 'AAAA' },
  }),
};
export const makeAt = '/account/passkeys/options';
export const useAt = '/sign-in/passkey/options';
export const useButton = { name: 'Sign in with a passkey' };
/** Where the script says what went wrong. */
export const problem = '[data-passkey-problem]';

export interface PasskeyPages extends WithAuthenticator {
  readonly server: Verifier;
}

/** Opens the pages before a server that knows passkeys. */
export async function openPasskeyPages(
  browser: Browser,
  seed: string,
  answers: Readonly<Record<string, Answering>> = {},
): Promise<PasskeyPages> {
  const server = verifier(seed);
  const all = { [makeAt]: server.askToMake, [useAt]: server.askToUse, ...answers };
  return { ...(await openWithAuthenticator(browser, { pages: passkeyPages, answers: all })), server };
}

/** Presses a button and waits for the form that the script then sends, which leads away. */
export async function pressed({ page, sent }: Opened, name: string, path: string): Promise<URLSearchParams> {
  const fields = await sent(path, () => page.getByRole('button', { name, exact: true }).click());
  await page.waitForURL(`**${path}`);
  return fields;
}

export async function addPasskey(opened: Opened): Promise<URLSearchParams> {
  await opened.show('account');
  await opened.page.getByLabel('Name of the new passkey').fill('My laptop');
  return pressed(opened, 'Add a passkey', '/account/passkeys');
}
