import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { openStage, password, refresh, signIn, someone, tenant } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

const names = [cookieNames.access, cookieNames.refresh, cookieNames.device, cookieNames.attempt];

/** Ids and random values of the cookies, as far as they can be read. */
function identifiersOf({ cookies }: UserAgent): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of [cookieNames.access, cookieNames.refresh]) {
    const payload = cookies.get(name)?.split('.')[1];
    if (!payload) continue;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    for (const claim of ['sid', 'gid', 'jti']) found[`${name} ${claim}`] = claims[claim];
  }
  return found;
}

async function status(browser: UserAgent): Promise<number> {
  return (await browser.call('getSession')).status;
}

async function openForm(browser: UserAgent, path: string): Promise<string> {
  const html = await (await browser.fetch(path)).text();
  const formToken = /name="formToken" value="([^"]+)"/.exec(html)?.[1];
  assert.ok(formToken);
  return formToken;
}

async function signInByForm(browser: UserAgent, email: string, formToken: string): Promise<Response> {
  return browser.fetch('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ identifier: email, password, formToken }).toString(),
  });
}

describe('nothing that was there before a sign-in survives it:', () => {
  test('every identifier is new, and the cookies from before are dead', async () => {
    const { browser, email } = await someone(server);
    const old = browser.copy();
    const before = identifiersOf(browser);
    await signIn(browser, email);
    const after = identifiersOf(browser);
    assert.equal(Object.keys(after).length, 6);
    for (const [what, value] of Object.entries(after)) assert.notEqual(value, before[what], what);
    assert.equal(await status(old), 401);
    assert.equal((await refresh(old)).status, 401);
    assert.equal(await status(browser), 200);
  });

  test('signing in as somebody else ends the session of the one before', async () => {
    const [first, second] = [await someone(server), await someone(server)];
    const old = first.browser.copy();
    await signIn(first.browser, second.email);
    assert.equal((await first.browser.call('getSession')).body.user.email, second.email);
    assert.equal(await status(old), 401);
    assert.equal((await refresh(old)).status, 401);
  });

  test('the attempt of the form is gone after it, and proves nothing any more', async () => {
    const { email } = await someone(server);
    const browser = userAgent(server);
    const formToken = await openForm(browser, '/sign-in');
    const attempt = browser.cookies.get(cookieNames.attempt);
    assert.ok(attempt);
    assert.equal((await signInByForm(browser, email, formToken)).status, 303);
    assert.equal(browser.cookies.get(cookieNames.attempt), undefined);
    for (const [name, value] of browser.cookies) assert.ok(!value.includes(attempt), name);
    const stranger = userAgent(server);
    stranger.cookies.set(cookieNames.attempt, attempt);
    assert.equal(await status(stranger), 401);
  });

  test('a changed password gives this browser new identifiers and ends every other session', async () => {
    const { browser, email } = await someone(server);
    const elsewhere = userAgent(server);
    await signIn(elsewhere, email);
    const old = browser.copy();
    const before = identifiersOf(browser);
    const body = { currentPassword: password, newPassword: 'an entirely different sentence' };
    assert.equal((await browser.call('changePassword', { body })).status, 200);
    for (const [what, value] of Object.entries(identifiersOf(browser)))
      assert.notEqual(value, before[what], what);
    assert.equal(await status(browser), 200);
    for (const dead of [old, elsewhere]) {
      assert.equal(await status(dead), 401);
      assert.equal((await refresh(dead)).status, 401);
    }
  });
});

describe('a planted cookie', () => {
  const forgeries: readonly [what: string, cookie: string][] = [
    ['without a tag', 'a'.repeat(43)],
    ['with a made-up tag', `${'a'.repeat(43)}.${'b'.repeat(22)}`],
    ['with an empty secret', `.${'b'.repeat(22)}`],
    ['with three parts', `${'a'.repeat(43)}.${'b'.repeat(22)}.c`],
  ];
  for (const [what, planted] of forgeries) {
    test(`of a device, ${what}, is replaced by one of ours`, async () => {
      const { email } = await someone(server);
      const victim = userAgent(server);
      victim.cookies.set(cookieNames.device, planted);
      await signIn(victim, email);
      const given = victim.cookies.get(cookieNames.device);
      assert.match(given ?? '', /^[\w-]{43}\.[\w-]{22}$/);
      assert.notEqual(given?.split('.')[0], planted.split('.')[0]);
    });
  }

  test('of a device with the tag of another secret is replaced too', async () => {
    const [one, two] = [await someone(server), await someone(server)];
    const [secret] = (one.browser.cookies.get(cookieNames.device) ?? '').split('.');
    const [, tag] = (two.browser.cookies.get(cookieNames.device) ?? '').split('.');
    const victim = userAgent(server);
    victim.cookies.set(cookieNames.device, `${secret}.${tag}`);
    await signIn(victim, one.email);
    assert.notEqual(victim.cookies.get(cookieNames.device), `${secret}.${tag}`);
  });

  test('of an attempt in another form than ours is replaced when a page opens', async () => {
    for (const planted of ['x', 'a'.repeat(21), 'a'.repeat(23), 'a'.repeat(1000), `${'a'.repeat(21)}~`]) {
      const victim = userAgent(server);
      victim.cookies.set(cookieNames.attempt, planted);
      await openForm(victim, '/sign-in');
      const given = victim.cookies.get(cookieNames.attempt);
      assert.match(given ?? '', /^[A-Za-z0-9_-]{22}$/);
      assert.notEqual(given, planted);
    }
  });

  test('of an attempt does not make the form token of another attempt good', async () => {
    const { email } = await someone(server);
    const [victim, thief] = [userAgent(server), userAgent(server)];
    await openForm(victim, '/sign-in');
    const formToken = await openForm(thief, '/sign-in');
    assert.equal((await signInByForm(victim, email, formToken)).status, 403);
    assert.equal(await status(victim), 401);
  });

  test('of a session does not survive a sign-in in it', async () => {
    const [attacker, victim] = [await someone(server), await someone(server)];
    const planted = userAgent(server, {}, new Map(attacker.browser.cookies));
    await signIn(planted, victim.email);
    assert.equal(
      await status(attacker.browser),
      401,
      'the attacker does not share what the victim signed in to',
    );
    assert.equal((await planted.call('getSession')).body.user.email, victim.email);
  });
});

test('two sessions share no identifier, secret or cookie value', async () => {
  const seen = new Set<string>();
  for (let round = 0; round < 5; round += 1) {
    const { browser } = await someone(server);
    for (const value of [
      ...names.map((name) => browser.cookies.get(name)),
      ...Object.values(identifiersOf(browser)),
    ]) {
      if (value === undefined) continue;
      // The access and refresh token of one session name the same session and grant.
      if (/^[0-9a-f-]{36}$/.test(value)) continue;
      assert.ok(!seen.has(value));
      seen.add(value);
    }
  }
  const { rows } = await server.argus.services.store.pool.query(
    'SELECT count(*) AS grants, count(DISTINCT secret) AS secrets FROM grants WHERE tenant_id = $1',
    [tenant],
  );
  assert.equal(rows[0].grants, rows[0].secrets);
});
