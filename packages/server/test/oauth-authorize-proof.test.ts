import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { changePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import type { TotpApp } from '@argus/testing/totp-app';
import type { UserAgent } from '@argus/testing/user-agent';
import { claimsOf, withApp } from './authenticator-stage.ts';
import {
  type Arrived,
  authorizationUrl,
  browserOf,
  hiddenFields,
  ledTo,
  openProvider,
  pkce,
  post,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { type Person, password, signIn } from './stage.ts';

const { challenge } = pkce();
let server: TestServer;
let people = 0;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'own', { consent: 'implicit' });
  await registerClient(server, 'asks', { consent: 'explicit' });
  await registerClient(server, 'guarded', { consent: 'implicit' });
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => changePolicy(server, {}));

const twoFactors = { authentication: { factors: { required: 2 } } };

async function someone(): Promise<Person> {
  people += 1;
  const email = `person-${people}@example.org`;
  const browser = browserOf(server);
  await browser.call('signUp', { body: { email, password, name: 'Ada' } });
  return { browser, email, ...(await signIn(browser, email)) };
}

/** Somebody with an app, whose session began by password alone before policy asked for more. */
async function byPasswordAlone(): Promise<Person & { readonly app: TotpApp }> {
  const person = await withApp(server, await someone());
  const lower = "UPDATE sessions SET acr = 'urn:argus:aal1', amr = '{pwd}' WHERE id = $1";
  await server.argus.services.store.pool.query(lower, [person.sessionId]);
  return person;
}

const urlFor = (clientId: string, more: Readonly<Record<string, string>> = {}) =>
  authorizationUrl(server, clientId, { code_challenge: challenge, ...more });
const ask = (browser: UserAgent, clientId: string, more: Readonly<Record<string, string>> = {}) =>
  travel(browser, urlFor(clientId, more), { stopsAt: '/step-up' });

/** Fill in the form of the step-up that a journey ended at, and go on from there. */
async function showCode(browser: UserAgent, { page }: Arrived, app: TotpApp): Promise<URL> {
  const form = /<form[^>]*action="\/step-up\/totp"[^>]*>(.*?)<\/form>/s.exec(page)?.[1] ?? '';
  assert.ok(hiddenFields(form).request, 'the request is in hand');
  const answer = await post(browser, '/step-up/totp', { ...hiddenFields(form), code: app.code() });
  const resume = ledTo(answer) ?? assert.fail(`the proof answered ${answer.status}`);
  const { url } = await travel(browser, new URL(resume, urlFor('own')));
  return url ?? assert.fail('the request came to no end');
}

describe('the request of a client, when the session has proved less than policy asks by now', () => {
  test('leads to the proof and comes back to the client, in the same session', async () => {
    const { browser, app, sessionId } = await byPasswordAlone();
    await changePolicy(server, twoFactors);
    const arrived = await ask(browser, 'own');
    assert.deepEqual(arrived.pages, ['/step-up']);
    const url = await showCode(browser, arrived, app);
    assert.ok(url.searchParams.get('code'), url.href);
    assert.equal(claimsOf(browser).sid, sessionId);
  });

  test('does so when the access token has run out, too', async () => {
    const { browser, app } = await byPasswordAlone();
    await changePolicy(server, twoFactors);
    server.clock.advance(6 * 60_000);
    const url = await showCode(browser, await ask(browser, 'own'), app);
    assert.ok(url.searchParams.get('code'), url.href);
  });

  test('leads to a sign-in where nothing is set up that would do, and keeps the request', async () => {
    const { browser } = await someone();
    await changePolicy(server, twoFactors);
    for (const more of [{}, { acr_values: 'urn:argus:aal2' }]) {
      const { pages, page } = await ask(browser, 'own', more);
      assert.equal(pages[0], '/sign-in');
      assert.match(page, /name="request"/);
    }
  });

  test('is told in silence what it would take', async () => {
    const [able, unable] = [await byPasswordAlone(), await someone()];
    await changePolicy(server, twoFactors);
    const silently = async ({ browser }: Person) =>
      (await ask(browser, 'own', { prompt: 'none' })).url?.searchParams.get('error');
    assert.equal(await silently(able), 'interaction_required');
    assert.equal(await silently(unable), 'login_required');
  });

  test('gets no consent of somebody from whom policy came to ask more while the page was open', async () => {
    const { browser, app, userId } = await byPasswordAlone();
    const page = await (await browser.fetch(pathOf(urlFor('asks')))).text();
    const form = /<form[^>]*action="\/oauth\/consent"[^>]*>(.*?)<\/form>/s.exec(page)?.[1] ?? '';
    await changePolicy(server, twoFactors);
    const answer = await post(browser, '/oauth/consent', { ...hiddenFields(form), decision: 'allow' });
    const { pool } = server.argus.services.store;
    const { rows } = await pool.query('SELECT 1 FROM consents WHERE user_id = $1', [userId]);
    assert.equal(rows.length, 0);
    const next = new URL(ledTo(answer) ?? '', urlFor('asks'));
    const arrived = await travel(browser, next, { stopsAt: '/step-up' });
    assert.deepEqual(arrived.pages, ['/step-up']);
    const url = await showCode(browser, arrived, app);
    assert.ok(url.searchParams.get('code'), url.href);
  });

  test('keeps the choice of the account that was made before the proof', async () => {
    const { browser, app } = await byPasswordAlone();
    await changePolicy(server, twoFactors);
    const arrived = await ask(browser, 'own', { prompt: 'select_account' });
    assert.deepEqual(arrived.pages, ['/oauth/authorize', '/step-up']);
    assert.ok((await showCode(browser, arrived, app)).searchParams.get('code'));
  });
});

test('what policy asks for one client alone is what the page of the proof asks for', async () => {
  const { browser, app } = await byPasswordAlone();
  await changePolicy(server, { overrides: [{ when: { client: 'guarded' }, set: twoFactors }] });
  assert.ok((await ask(browser, 'own')).url?.searchParams.get('code'));
  const arrived = await ask(browser, 'guarded');
  assert.deepEqual(arrived.pages, ['/step-up']);
  assert.doesNotMatch(arrived.page, /type="password"/);
  assert.ok((await showCode(browser, arrived, app)).searchParams.get('code'));
});

function pathOf({ pathname, search }: URL): string {
  return `${pathname}${search}`;
}
