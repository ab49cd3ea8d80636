import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { presetNames } from '@argus/contract';
import { disableIdleAccounts } from '@argus/server';
import { savePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import type { SoftwareAuthenticator } from '@argus/testing/software-authenticator';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { byPasskey, newKey, withPasskey } from './authenticator-stage.ts';
import { askToken, authorizationUrl, basic, openProvider, pkce, registerClient } from './oauth-stage.ts';
import { presetRows, second } from './preset-rows.ts';
import { openStage, type Person, password, refresh, someone } from './stage.ts';

/** A password that nobody else has, of letters and digits, so long. */
function passwordOf(length: number, name: string): string {
  const digest = createHash('sha256').update(name).digest('hex');
  return `a1${digest}${digest}`.slice(0, length);
}

/** Somebody with a key in hardware, set up while the policy was looser. */
async function holder(server: TestServer): Promise<Person & { readonly key: SoftwareAuthenticator }> {
  const person = await someone(server);
  const key = newKey();
  const added = await withPasskey(person, key, { uv: true, be: false });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  const { pool } = server.argus.services.store;
  // As if its maker had vouched for it.
  await pool.query('UPDATE passkeys SET is_attested = true WHERE user_id = $1', [person.userId]);
  return { ...person, key };
}

for (const name of presetNames) {
  const row = presetRows[name];
  describe(`${name} (${row.source})`, () => {
    let server: TestServer;
    let people: (Person & { readonly key: SoftwareAuthenticator })[];
    before(async () => {
      server = await openStage();
      people = [await holder(server), await holder(server), await holder(server)];
      await savePolicy(server, { preset: name });
      server.argus.services.policies.forget();
    });
    after(() => server[Symbol.asyncDispose]());

    /** On a whole second: tokens end on one. */
    async function signIn(at: number): Promise<UserAgent> {
      server.clock.advanceTo(Math.ceil(server.clock.now() / second) * second);
      const browser = userAgent(server);
      const reply = await byPasskey(browser, (people[at] as (typeof people)[0]).key, { uv: true, be: false });
      assert.equal(reply.body.state, 'signed-in', JSON.stringify(reply.body));
      return browser;
    }
    const statusOf = async (browser: UserAgent) => (await browser.call('getSession')).status;
    const renewed = async (browser: UserAgent) => (await refresh(browser, 0)).status;

    test('ends an idle session at its limit, and not a second before', async () => {
      const time = row.idle ?? row.absolute;
      const [early, late] = [await signIn(0), await signIn(0)];
      server.clock.advance(time - second);
      assert.equal(await renewed(early), 200);
      server.clock.advance(second);
      assert.equal(await renewed(late), 401);
    });

    test('ends a busy session at its absolute limit, and not a second before', async () => {
      const browser = await signIn(0);
      const startedAt = server.clock.now();
      const step = (row.idle ?? row.absolute) - 2 * second;
      while (server.clock.now() + step < startedAt + row.absolute - second) {
        server.clock.advance(step);
        assert.equal(await renewed(browser), 200);
      }
      server.clock.advanceTo(startedAt + row.absolute - second);
      assert.equal(await renewed(browser), 200);
      server.clock.advance(second);
      assert.equal(await renewed(browser), 401);
      assert.equal(await statusOf(browser), 401);
    });

    test('lets so many sessions live at once', async () => {
      const most = row.concurrent ?? 12;
      const browsers: UserAgent[] = [];
      for (let each = 0; each < most + 1; each += 1) {
        browsers.push(await signIn(1));
        server.clock.advance(second);
      }
      const { body } = await (browsers.at(-1) as UserAgent).call('listSessions', { query: { limit: '50' } });
      assert.equal(body.sessions.length, row.concurrent === null ? most + 1 : most);
    });

    test('locks after so many wrong passwords, for so long', async () => {
      const { email } = people[2] as (typeof people)[0];
      const guess = async () =>
        (await userAgent(server).call('signIn', { body: { identifier: email, password: 'never right' } }))
          .status;
      const { failures, time } = row.lock;
      for (let each = 0; each < failures; each += 1) assert.equal(await guess(), 401, `number ${each + 1}`);
      assert.equal(await guess(), 429);
      server.clock.advance(time - 1);
      assert.equal(await guess(), 429);
      server.clock.advance(1);
      assert.equal(await guess(), 401);
    });

    test('takes passwords from its shortest on', async () => {
      if (row.password === null) return assert.equal(row.factor, 'no-passwords');
      const shortest = row.factor === 'none' ? row.password.alone : row.password.beside;
      const signUp = async (length: number, text = passwordOf(length, `${name} ${length}`)) =>
        (
          await userAgent(server).call('signUp', {
            body: { email: `new-${length}-${text.length}@example.org`, password: text },
          })
        ).body;
      assert.equal((await signUp(shortest - 1)).code, 'password_too_short');
      assert.equal((await signUp(shortest)).state, 'sign-in');
      const letters = await signUp(40, 'nine purple otters argue about the rain');
      assert.equal(letters.code, row.lettersAndDigits ? 'password_composition' : undefined);
      // Beside a second factor, which this person has.
      const browser = await signIn(0);
      const change = async (newPassword: string) =>
        (await browser.call('changePassword', { body: { currentPassword: password, newPassword } })).body;
      assert.equal((await change(passwordOf(row.password.beside - 1, 'x'))).code, 'password_too_short');
      assert.ok('session' in (await change(passwordOf(row.password.beside, 'y'))));
    });

    test('keeps former passwords away, as many as it says', async () => {
      const browser = await signIn(1);
      const numbered = (at: number) => (at === 0 ? password : passwordOf(30, `${name} number ${at}`));
      const change = (from: string, to: string) =>
        browser.call('changePassword', { body: { currentPassword: from, newPassword: to } });
      const history = row.history ?? 0;
      for (let at = 1; at <= history; at += 1) {
        assert.equal((await change(numbered(at - 1), numbered(at))).status, 200);
        server.clock.advance(second);
      }
      const reused = (await change(numbered(history), numbered(0))).body.code;
      // The first of all is letters alone where digits are wanted, and is refused for that.
      if (history > 0) {
        assert.equal(reused, 'password_composition');
        for (let at = 1; at <= history; at += 1)
          assert.equal((await change(numbered(history), numbered(at))).body.code, 'password_reused');
      } else assert.equal(reused, undefined);
    });

    test('asks for the factors that it says', async () => {
      const email = 'factors@example.org';
      const text = passwordOf(20, 'factors');
      await userAgent(server).call('signUp', { body: { email, password: text } });
      const { status, body } = await userAgent(server).call('signIn', {
        body: { identifier: email, password: text },
      });
      const asked = {
        none: ['signed-in', undefined],
        any: ['enrol', ['passkey', 'totp']],
        passkey: ['enrol', ['passkey']],
        'no-passwords': [undefined, undefined],
      }[row.factor];
      assert.deepEqual([body.state, body.methods], asked);
      assert.equal(status, row.factor === 'no-passwords' ? 403 : 200);
    });

    test('lets people stay signed in, or not', async () => {
      const body = { identifier: 'factors@example.org', password: 'never right', staySignedIn: true };
      const { status } = await userAgent(server).call('signIn', { body });
      assert.equal(status, row.staysSignedIn ? 401 : 400);
      const page = await (await userAgent(server).fetch('/sign-in')).text();
      assert.equal(page.includes('name="staySignedIn" value="yes"'), row.staysSignedIn);
    });

    test('gives a second chance for a lost answer, or none', async () => {
      const browser = await signIn(2);
      const lost = browser.copy();
      assert.equal(await renewed(browser), 200);
      assert.equal(await renewed(lost), row.secondChance ? 200 : 401);
    });

    test('disables accounts that nobody uses, or never', async () => {
      const run = () => {
        server.argus.services.policies.forget();
        return disableIdleAccounts(server.argus.services, { tenant: '', user: null });
      };
      server.clock.advance(400 * 24 * 3_600 * second);
      await run();
      if (row.unusedAccounts === undefined) {
        const { rows } = await server.argus.services.store.pool.query(
          "SELECT FROM users WHERE status = 'disabled'",
        );
        return assert.equal(rows.length, 0);
      }
      await userAgent(server).call('signUp', {
        body: { email: 'unused@example.org', password: passwordOf(20, 'unused') },
      });
      server.clock.advance(row.unusedAccounts - 1);
      assert.equal(await run(), 0);
      server.clock.advance(1);
      assert.equal(await run(), 1);
    });
  });
}

test('fedramp-high gives whoever administers ten minutes (AC-11, SC-10)', async () => {
  await using server = await openStage();
  const person = await holder(server);
  await server.argus.services.store.pool.query("UPDATE users SET roles = '{auditor}' WHERE id = $1", [
    person.userId,
  ]);
  await savePolicy(server, { preset: 'fedramp-high' });
  server.argus.services.policies.forget();
  const idle = presetRows['fedramp-high'].privilegedIdle ?? 0;
  for (const [time, status] of [
    [idle - second, 200],
    [idle, 401],
  ] as const) {
    server.clock.advanceTo(Math.ceil(server.clock.now() / second) * second);
    const browser = userAgent(server);
    await byPasskey(browser, person.key, { uv: true, be: false });
    server.clock.advance(time);
    assert.equal((await refresh(browser, 0)).status, status);
  }
});

for (const name of presetNames)
  test(`${name} ${presetRows[name].boundClients ? 'binds' : 'does not bind'} clients`, async () => {
    await using server = await openProvider();
    await registerClient(server, 'app', { type: 'public' });
    await registerClient(server, 'notes', { grantTypes: ['authorization_code', 'client_credentials'] });
    await savePolicy(server, { preset: name });
    server.argus.services.policies.forget();
    const isBound = presetRows[name].boundClients === true;
    const url = authorizationUrl(server, 'notes', { code_challenge: pkce().challenge, prompt: 'none' });
    const { headers } = await userAgent(server).fetch(`${url.pathname}${url.search}`);
    const error = new URL(headers.get('location') ?? 'x:').searchParams.get('error');
    assert.equal(error, isBound ? 'invalid_request' : 'login_required', 'pushed requests');
    const own = await askToken(server, { grant_type: 'client_credentials' }, basic('notes'));
    assert.equal(own.body.error === 'invalid_dpop_proof', isBound, 'a proof of possession');
    const anybody = { grant_type: 'authorization_code', client_id: 'app', code: 'any', code_verifier: 'any' };
    const open = await askToken(server, anybody);
    assert.equal(open.body.error === 'unauthorized_client', isBound, 'confidential clients');
  });
