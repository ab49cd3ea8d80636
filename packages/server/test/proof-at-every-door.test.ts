import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Endpoint, endpoints } from '@argus/contract';
import type { PasswordHasher } from '@argus/server';
import { cheapPasswords } from '@argus/testing/parts';
import { changePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import { chrome } from '@argus/testing/user-agent';
import { newKey, withApp, withPasskey } from './authenticator-stage.ts';
import { assertConforms } from './conforms.ts';
import { declareSamples, type EndpointName, plainNames, sampleOf } from './routes.ts';
import {
  cookieHeader,
  type Exactly,
  exactly,
  holdings,
  openStage,
  ownOrigin,
  type Person,
  password,
  someone,
} from './stage.ts';

let server: TestServer;
let ruler: Person;
let target: Person;
/** Happens while a password is hashed. */
let meanwhile: (() => Promise<unknown>) | undefined;
before(async () => {
  const passwords: PasswordHasher = {
    ...cheapPasswords,
    hash: async (text, queue) => {
      await meanwhile?.();
      return cheapPasswords.hash(text, queue);
    },
  };
  server = await openStage({ parts: { passwords } });
  [ruler, target] = [await someone(server), await someone(server)];
  const { pool } = server.argus.services.store;
  await pool.query("UPDATE users SET roles = '{owner}' WHERE id = $1", [ruler.userId]);
  await declareSamples(server, { person: ruler, target });
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => changePolicy(server, twoFactors));

/** Somebody whose session began before policy asked for that. */
async function lacking(asked: typeof twoFactors = twoFactors): Promise<Person> {
  await changePolicy(server, {});
  const person = await someone(server);
  await changePolicy(server, asked);
  return person;
}

const twoFactors = { authentication: { factors: { required: 2 } } };
const noPhishing = { authentication: { factors: { required: 2, phishingResistant: true } } };
const newPassword = 'an entirely different sentence';

/** Where a person sees who is signed in, proves what is missing, and sets up what would prove it. */
const openToLess: readonly EndpointName[] = [
  'beginTotp',
  'confirmTotp',
  'passkeyOptions',
  'addPasskey',
  'getSession',
  'stepUpOptions',
  'stepUpWithPassword',
  'stepUpWithTotp',
  'stepUpWithPasskey',
];

function asksForSession(name: EndpointName): boolean {
  const { caller, permission }: Endpoint = endpoints[name];
  return caller === 'session' || (caller === 'operator' && permission !== 'operate');
}

const closedToLess = plainNames.filter((name) => asksForSession(name) && !openToLess.includes(name));

function send(name: EndpointName): Promise<Exactly> {
  const { method, path, body, headers } = sampleOf(name, { person: ruler, target });
  const own = { 'user-agent': chrome, origin: ownOrigin, cookie: cookieHeader(ruler.browser) };
  return exactly(server, {
    method,
    path,
    headers: { 'content-type': 'application/json', ...headers, ...own },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function assertChallenged({ status, text, headers }: Exactly, what: string): void {
  assert.deepEqual([status, JSON.parse(text).code], [401, 'insufficient_user_authentication'], what);
  const challenge =
    'Bearer error="insufficient_user_authentication", acr_values="urn:argus:aal2", max_age="900"';
  assert.equal(headers['www-authenticate'], challenge, what);
}

describe('a session that has proved less than policy asks by now', () => {
  for (const name of closedToLess)
    test(`is challenged at ${name}, and changes nothing`, async () => {
      const before = await holdings(server);
      const answer = await send(name);
      assertConforms(name, answer);
      assertChallenged(answer, name);
      assert.deepEqual(await holdings(server), before);
    });

  test('connects no provider with the account', async () => {
    const { browser } = await lacking();
    const sending = { params: { provider: 'sample-provider' }, body: { purpose: 'link' } };
    const { status, body } = await browser.call('beginFederatedSignIn', sending);
    assert.deepEqual([status, body.code], [401, 'insufficient_user_authentication']);
  });

  test('gets nothing more from the cookies that the page of the proof renews', async () => {
    const { browser } = await lacking();
    server.clock.advance(6 * 60_000);
    const page = await browser.fetch('/step-up?returnTo=/account');
    assert.match(page.headers.getSetCookie().join(), /argus_access=/);
    const { status, body } = await browser.call('listSessions');
    assert.deepEqual([status, body.code], [401, 'insufficient_user_authentication']);
  });

  test('is let on by no new password', async () => {
    const { browser, sessionId } = await lacking();
    const body = { currentPassword: password, newPassword };
    const { status, body: problem } = await browser.call('changePassword', { body });
    assert.deepEqual([status, problem.code], [401, 'insufficient_user_authentication']);
    assert.equal((await browser.call('getSession')).body.session.id, sessionId);
    assert.equal((await browser.call('stepUpWithPassword', { body: { password } })).status, 200);
    assert.equal((await browser.call('listSessions')).status, 401, 'a password is not what was missing');
  });
});

test('a new password begins no session that policy has come to ask more of meanwhile', async () => {
  await changePolicy(server, {});
  const { browser, sessionId } = await someone(server);
  meanwhile = () => changePolicy(server, twoFactors);
  const body = { currentPassword: password, newPassword };
  const changed = await browser.call('changePassword', { body });
  meanwhile = undefined;
  assert.deepEqual([changed.status, changed.body.code], [401, 'insufficient_user_authentication']);
  assert.equal((await browser.call('getSession')).body.session.id, sessionId);
});

test('just these calls answer it', () => {
  const open = plainNames.filter((name) => (endpoints[name] as Endpoint).mayLackProof);
  assert.deepEqual(open, openToLess);
});

describe('whoever lacks the proof', () => {
  test('sees who is signed in', async () => {
    const { browser, email } = await lacking();
    const { status, body } = await browser.call('getSession');
    assert.deepEqual([status, body.user.email, body.session.acr], [200, email, 'urn:argus:aal1']);
  });

  test('and has nothing set up sets up an app, and goes on with the same session', async () => {
    const person = await lacking();
    await withApp(server, person);
    const { status, body } = await person.browser.call('listSessions');
    assert.deepEqual([status, body.sessions[0].id], [200, person.sessionId]);
  });

  test('and has nothing set up sets up a passkey where policy asks for one', async () => {
    const person = await lacking(noPhishing);
    assert.equal((await withPasskey(person, newKey())).status, 201);
    assert.equal((await person.browser.call('listSessions')).status, 200);
  });

  test('and has an app sets nothing up before its code was shown', async () => {
    await changePolicy(server, {});
    const person = await withApp(server, await someone(server));
    const lower = "UPDATE sessions SET acr = 'urn:argus:aal1', amr = '{pwd}' WHERE id = $1";
    await server.argus.services.store.pool.query(lower, [person.sessionId]);
    await changePolicy(server, noPhishing);
    const refused = await person.browser.call('passkeyOptions');
    assert.deepEqual([refused.status, refused.body.code], [401, 'insufficient_user_authentication']);
    const shown = await person.browser.call('stepUpWithTotp', { body: { code: person.app.code() } });
    assert.equal(shown.status, 200);
    assert.equal((await person.browser.call('listSessions')).status, 401, 'a code can be phished');
    assert.equal((await withPasskey(person, newKey())).status, 201);
    assert.equal((await person.browser.call('listSessions')).status, 200);
  });
});
