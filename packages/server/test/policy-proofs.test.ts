import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { changePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import { claimsOf, newKey, stepUpByPasskey, withApp, withPasskey } from './authenticator-stage.ts';
import { rowOf } from './enforcement-stage.ts';
import { openStage, type Person, refresh, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => changePolicy(server, {}));

const twoFactors = { authentication: { factors: { required: 2 } } };
const noPhishing = { authentication: { factors: { phishingResistant: true } } };

/** As if their session had begun before they set anything up. */
async function byPasswordAlone({ sessionId }: Person): Promise<void> {
  const lower = "UPDATE sessions SET acr = 'urn:argus:aal1', amr = '{pwd}' WHERE id = $1";
  await server.argus.services.store.pool.query(lower, [sessionId]);
}

async function ledFrom({ browser }: Person, path: string): Promise<string | null> {
  return (await browser.fetch(path, { redirect: 'manual' })).headers.get('location');
}

describe('a session that has proved less than policy asks by now', () => {
  test('does not end, and is asked for the rest when it is renewed, which costs no token', async () => {
    const person = await someone(server);
    await changePolicy(server, twoFactors);
    const { status, body, headers } = await refresh(person.browser, 0);
    assert.deepEqual([status, body.code], [401, 'insufficient_user_authentication']);
    assert.match(headers.get('www-authenticate') ?? '', /acr_values="urn:argus:aal2", max_age="900"/);
    assert.equal((await rowOf(server, person.sessionId)).state, 'active');
    await changePolicy(server, {});
    assert.equal((await refresh(person.browser, 0)).status, 200);
  });

  test('is led to the proof from every page, goes on when it is given, and keeps its name', async () => {
    const person = await withApp(server, await someone(server));
    await byPasswordAlone(person);
    await changePolicy(server, twoFactors);
    const there = '/step-up?returnTo=%2Faccount&acr=urn%3Aargus%3Aaal2';
    assert.equal(await ledFrom(person, '/account'), there);
    const html = await (await person.browser.fetch(there)).text();
    assert.match(html, /name="code"/);
    const proved = await person.browser.call('stepUpWithTotp', { body: { code: person.app.code() } });
    assert.equal(proved.status, 200);
    assert.equal((await person.browser.fetch('/account')).status, 200);
    assert.equal((await refresh(person.browser, 0)).status, 200);
    const { sid, acr } = claimsOf(person.browser);
    assert.deepEqual([sid, acr], [person.sessionId, 'urn:argus:aal2']);
  });

  test('reaches the page of the proof with an access token that has run out, too', async () => {
    const person = await withApp(server, await someone(server));
    await byPasswordAlone(person);
    await changePolicy(server, twoFactors);
    server.clock.advance(6 * 60_000);
    assert.equal((await person.browser.fetch('/step-up?returnTo=/account')).status, 200);
    const proved = await person.browser.call('stepUpWithTotp', { body: { code: person.app.code() } });
    assert.equal(proved.status, 200);
  });

  test('is led to a sign-in where nothing is set up that would do', async () => {
    const person = await someone(server);
    await changePolicy(server, twoFactors);
    const location = await ledFrom(person, '/step-up?returnTo=/account');
    assert.equal(location, '/sign-in?returnTo=%2Faccount&notice=more-needed');
    const html = await (await person.browser.fetch(location ?? '')).text();
    assert.match(html, /Signing in takes more than before/);
  });

  test('can always be left', async () => {
    const person = await someone(server);
    await changePolicy(server, twoFactors);
    assert.equal((await person.browser.call('endSession')).status, 204);
    assert.equal((await rowOf(server, person.sessionId)).state, 'ended');
  });
});

describe('where policy asks for what cannot be phished', () => {
  test('a code does not do, and the page does not offer it', async () => {
    const person = await withApp(server, await someone(server));
    await changePolicy(server, noPhishing);
    assert.equal((await refresh(person.browser, 0)).body.code, 'insufficient_user_authentication');
    assert.match((await ledFrom(person, '/step-up?returnTo=/account')) ?? '', /^\/sign-in\?/);
  });

  test('a passkey does', async () => {
    const person = await someone(server);
    const key = newKey();
    assert.equal((await withPasskey(person, key)).status, 201);
    await byPasswordAlone(person);
    await changePolicy(server, noPhishing);
    assert.equal((await refresh(person.browser, 0)).body.code, 'insufficient_user_authentication');
    assert.equal((await stepUpByPasskey(person.browser, key)).status, 200);
    assert.equal((await refresh(person.browser, 0)).status, 200);
  });
});

test('only those are asked for whom the rule is', async () => {
  const [ruler, other] = [await someone(server), await someone(server)];
  await server.argus.services.store.pool.query("UPDATE users SET roles = '{admin}' WHERE id = $1", [
    ruler.userId,
  ]);
  await changePolicy(server, { overrides: [{ when: { role: 'admin' }, set: twoFactors }] });
  assert.equal((await refresh(ruler.browser, 0)).body.code, 'insufficient_user_authentication');
  assert.equal((await refresh(other.browser, 0)).status, 200);
});
