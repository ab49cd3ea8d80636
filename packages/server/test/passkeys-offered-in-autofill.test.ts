import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser, Page } from 'playwright-core';
import type { Answering } from './pages-stage.ts';
import { verifier } from './passkey-browser-stage.ts';
import {
  addPasskey,
  knownPasskeys,
  openPasskeyPages,
  type PasskeyPages,
  problem,
  useAt,
  useButton,
} from './passkey-pages-stage.ts';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const open = (seed: string, answers?: Readonly<Record<string, Answering>>): Promise<PasskeyPages> =>
  openPasskeyPages(browser, seed, answers);

test('the browser is asked quietly to offer passkeys where the address is typed', async () => {
  await using opened = await open('autofill');
  const asked = await watched(opened.page);
  await opened.show('sign-in');
  assert.deepEqual(await asked(1), ['conditional']);
  assert.equal(await opened.page.locator('#identifier').getAttribute('autocomplete'), 'username webauthn');
  assert.equal(await opened.page.locator(problem).isVisible(), false);
});

test('a passkey that is picked there signs in without a press of the button', async () => {
  await using opened = await open('picked');
  const passkey = await opened.server.made(await addPasskey(opened));
  // The page leads away while it opens.
  const used = await opened.sent('/sign-in/passkey', () => opened.show('sign-in').catch(() => {}));
  await opened.page.waitForURL('**/sign-in/passkey');
  assert.equal(await opened.server.used(used, passkey), 'ok');
});

test('pressing the button takes the quiet question back before it asks aloud', async () => {
  await using opened = await open('one at a time');
  const asked = await waiting(opened);
  await opened.page.getByRole('button', useButton).click();
  assert.deepEqual(await asked(3), ['conditional', 'conditional taken back', 'modal']);
});

test('after a press that came to nothing the browser offers passkeys quietly again', async () => {
  const server = verifier('options');
  let calls = 0;
  const answer: Answering = (fields) => {
    calls += 1;
    return calls === 2 ? { status: 429, json: {} } : server.askToUse(fields);
  };
  await using opened = await open('quiet again', { [useAt]: answer });
  const asked = await waiting(opened);
  await opened.page.getByRole('button', useButton).click();
  await opened.page.locator(problem).waitFor({ state: 'visible' });
  assert.deepEqual(await asked(3), ['conditional', 'conditional taken back', 'conditional']);
});

test('the quiet question is renewed before its challenge ends, but not while nobody sees the page', async () => {
  await using opened = await open('renewed');
  await opened.page.clock.install();
  const asked = await waiting(opened);
  await opened.page.clock.runFor(4 * 60_000);
  assert.deepEqual(await asked(3), ['conditional', 'conditional taken back', 'conditional']);

  await opened.page.evaluate(hide, 'hidden');
  await opened.page.clock.runFor(20 * 60_000);
  assert.equal((await asked(3)).length, 3);
  await opened.page.evaluate(hide, 'visible');
  assert.deepEqual((await asked(5)).slice(3), ['conditional taken back', 'conditional']);
});

test('the browser learns which passkeys count, what their account is called, and which one nobody knows', async () => {
  await using opened = await open('signals');
  await opened.page.addInitScript(() => {
    const told: unknown[] = [];
    Object.assign(window, { asked: told });
    for (const name of [
      'signalAllAcceptedCredentials',
      'signalCurrentUserDetails',
      'signalUnknownCredential',
    ] as const) {
      PublicKeyCredential[name] = async (said: unknown) => {
        told.push([name, said]);
        throw new TypeError('a browser may refuse');
      };
    }
  });
  const { rpId, userId, name, displayName, credentialIds: allAcceptedCredentialIds } = knownPasskeys;
  await opened.show('account with signals');
  assert.deepEqual(await noted(opened.page, 2), [
    ['signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds }],
    ['signalCurrentUserDetails', { rpId, userId, name, displayName }],
  ]);
  await opened.show('unknown passkey');
  assert.deepEqual(await noted(opened.page, 1), [
    ['signalUnknownCredential', { rpId, credentialId: 'AAAA' }],
  ]);
});

/** Shows the sign-in page to a person who has a passkey and does not pick it: the quiet question stays open. */
async function waiting(opened: PasskeyPages): Promise<(atLeast: number) => Promise<unknown[]>> {
  await opened.server.made(await addPasskey(opened));
  await opened.letTouch(false);
  const asked = await watched(opened.page);
  await opened.show('sign-in');
  await asked(1);
  return asked;
}

/** Notes what is asked of the browser, and what of it is taken back. Gives the notes once there are so many. */
async function watched(page: Page): Promise<(atLeast: number) => Promise<unknown[]>> {
  await page.addInitScript(() => {
    const asked: string[] = [];
    Object.assign(window, { asked });
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) => {
      const kind = options?.mediation ?? 'modal';
      asked.push(kind);
      let isOver = false;
      options?.signal?.addEventListener('abort', () => isOver || asked.push(`${kind} taken back`));
      return get(options).finally(() => {
        isOver = true;
      });
    };
  });
  return (atLeast) => noted(page, atLeast);
}

async function noted(page: Page, atLeast: number): Promise<unknown[]> {
  const notes = await page.waitForFunction((least) => {
    const asked: unknown = Reflect.get(window, 'asked');
    return Array.isArray(asked) && asked.length >= least && asked;
  }, atLeast);
  return (await notes.jsonValue()) || [];
}

function hide(state: string): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}
