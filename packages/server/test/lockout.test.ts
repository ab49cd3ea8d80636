import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { balanced, type LockoutPolicy, type Policy } from '@argus/core';
import type { PasswordHasher } from '@argus/server';
import { mailsTo } from '@argus/testing/mailbox';
import { cheapPasswords } from '@argus/testing/parts';
import type { TestServer } from '@argus/testing/server';
import { type Reply, userAgent } from '@argus/testing/user-agent';
import { byPasskey, inWaves, newKey, withPasskey } from './authenticator-stage.ts';
import { administrator, openStage, type Person, password, someone, withKey } from './stage.ts';

const wrong = 'a sentence that was never right';
const minuteMs = 60_000;

function lockingBy(change: Partial<LockoutPolicy>): Policy {
  const { authentication } = balanced;
  return {
    ...balanced,
    authentication: { ...authentication, lockout: { ...authentication.lockout, ...change } },
  };
}

let compared: string[] = [];
const counting: PasswordHasher = {
  ...cheapPasswords,
  verify(phc, text, who) {
    compared.push(text);
    return cheapPasswords.verify(phc, text, who);
  },
};

let server: TestServer;
const open = async (policy: Policy = balanced) => {
  server = await openStage({ parts: { policy, passwords: counting } });
};
const close = () => server[Symbol.asyncDispose]();

const signIn = (browser: ReturnType<typeof userAgent>, identifier: string, text = password) =>
  browser.call('signIn', { body: { identifier, password: text } });
const stranger = (identifier: string, text = password) => signIn(userAgent(server), identifier, text);

async function guess(identifier: string, times: number): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (let each = 0; each < times; each += 1) replies.push(await stranger(identifier, wrong));
  return replies;
}
const statusesOf = (replies: readonly Reply[]) => replies.map(({ status }) => status);

describe('ten wrong passwords', () => {
  beforeEach(() => open());
  afterEach(close);

  test('lock for fifteen minutes, to the second', async () => {
    const { email } = await someone(server);
    assert.deepEqual(statusesOf(await guess(email, 11)), [...Array(10).fill(401), 429]);
    const locked = await stranger(email);
    assert.deepEqual([locked.status, locked.headers.get('retry-after')], [429, '900']);
    server.clock.advance(15 * minuteMs - 1000);
    const last = await stranger(email);
    assert.deepEqual([last.status, last.headers.get('retry-after')], [429, '1']);
    server.clock.advance(1000);
    assert.equal((await stranger(email)).status, 200);
  });

  test('are counted anew after a right one', async () => {
    const { email } = await someone(server);
    await guess(email, 9);
    assert.equal((await stranger(email)).status, 200);
    assert.deepEqual(statusesOf(await guess(email, 10)), Array(10).fill(401));
    assert.equal((await stranger(email)).status, 429);
  });

  test('are all that are compared of two hundred at once', async () => {
    const { email } = await someone(server);
    compared = [];
    const replies = await inWaves(200, (at) => stranger(email, `${wrong} ${at}`));
    assert.equal(compared.length, 10);
    assert.equal(replies.filter(({ status }) => status === 401).length, 10);
    assert.equal(replies.filter(({ status }) => status === 429).length, 190);
  });

  test('lock an address that nobody has just the same', async () => {
    const { email } = await someone(server);
    const answers = async (identifier: string) =>
      (await guess(identifier, 12)).map(({ status, headers, body }) => [
        status,
        headers.get('retry-after'),
        body.code,
      ]);
    assert.deepEqual(await answers('nobody@example.org'), await answers(email));
  });

  test('leave a known device and a passkey open', async () => {
    const person = await someone(server);
    const key = newKey();
    assert.equal((await withPasskey(person, key, { uv: true })).status, 201);
    await guess(person.email, 12);
    assert.equal((await signIn(person.browser, person.email)).body.state, 'second-factor');
    assert.equal((await byPasskey(userAgent(server), key, { uv: true })).body.state, 'signed-in');
  });

  test('on a known device lock it for thirty minutes, and strangers not at all', async () => {
    const { browser, email } = await someone(server);
    const here = async (text = wrong) => (await signIn(browser, email, text)).status;
    for (let each = 0; each < 10; each += 1) assert.equal(await here(), 401);
    assert.equal(await here(password), 429);
    assert.equal((await stranger(email)).status, 200);
    server.clock.advance(30 * minuteMs - 1);
    assert.equal(await here(password), 429);
    server.clock.advance(1);
    assert.equal(await here(password), 200);
  });

  test('on a known device are a hundred in a row at most; then it is a stranger', async () => {
    const { browser, email } = await someone(server);
    for (let lock = 0; lock < 10; lock += 1) {
      for (let each = 0; each < 10; each += 1)
        assert.equal((await signIn(browser, email, wrong)).status, 401);
      server.clock.advance(30 * minuteMs);
    }
    await guess(email, 10);
    assert.equal((await signIn(browser, email)).status, 429, 'what locks strangers locks it too');
    server.clock.advance(15 * minuteMs);
    assert.equal((await signIn(browser, email)).status, 200);
  });

  test('in a session count as those of a known device', async () => {
    const { browser, email } = await someone(server);
    const change = () =>
      browser.call('changePassword', { body: { currentPassword: wrong, newPassword: `${password} 2` } });
    for (let each = 0; each < 10; each += 1) assert.equal((await change()).status, 401);
    assert.equal((await change()).status, 429);
    assert.equal((await browser.call('stepUpWithPassword', { body: { password } })).status, 429);
    assert.equal((await signIn(browser, email)).status, 429);
  });

  test('are told to the owner by mail and in the security events, once', async () => {
    const { browser, email } = await someone(server);
    await guess(email, 15);
    const mails = (await mailsTo(server, email)).filter(({ kind }) => kind === 'password-locked');
    assert.equal(mails.length, 1);
    const { body } = await browser.call('listSecurityEvents');
    assert.equal(body.events.filter(({ type }: { type: string }) => type === 'user.locked').length, 1);
  });

  test('count no more once a new password is set', async () => {
    const { browser, email } = await someone(server);
    await guess(email, 10);
    const newPassword = `${password} and more`;
    assert.equal(
      (await browser.call('changePassword', { body: { currentPassword: password, newPassword } })).status,
      200,
    );
    assert.equal((await stranger(email, newPassword)).status, 200);
  });
});

describe('an administrator', () => {
  beforeEach(() => open());
  afterEach(close);
  const unlock = (browser: ReturnType<typeof userAgent>, { userId }: Pick<Person, 'userId'>, headers = {}) =>
    browser.call('adminUnlockUser', { params: { id: userId }, headers });

  test('sees who is locked and unlocks them', async () => {
    const person = await someone(server);
    await guess(person.email, 10);
    const key = await withKey(server);
    const operator = userAgent(server);
    const { body } = await operator.call('adminListUsers', { query: { email: person.email }, headers: key });
    const until = new Date(server.clock.now() + 15 * minuteMs).toISOString();
    assert.equal(body.users[0].lockedUntil, until);
    const unlocked = await unlock(operator, person, key);
    assert.deepEqual([unlocked.status, unlocked.body.lockedUntil], [200, null]);
    assert.equal((await stranger(person.email)).status, 200);
    const page = await server.argus.services.metrics.page();
    assert.match(page, /argus_lockouts_total\{outcome="unlocked"\} 1/);
  });

  test('of another tenant, or without the permission, unlocks nobody', async () => {
    const [person, other] = [await someone(server), await someone(server)];
    await guess(person.email, 10);
    assert.equal((await unlock(other.browser, person)).status, 403);
    const admin = await administrator(server);
    const elsewhere = { userId: '01990000-0000-7000-8000-00000000dead' as Person['userId'] };
    assert.equal((await unlock(admin.browser, elsewhere)).status, 404);
    assert.equal((await stranger(person.email)).status, 429);
  });
});

describe('where policy is otherwise', () => {
  afterEach(close);

  test('knownDeviceBypass: false locks known devices with the strangers', async () => {
    await open(lockingBy({ knownDeviceBypass: false }));
    const { browser, email } = await someone(server);
    await guess(email, 10);
    assert.equal((await signIn(browser, email)).status, 429);
  });

  test('scope: all locks passkeys too, and known devices stay open', async () => {
    await open(lockingBy({ scope: 'all' }));
    const person = await someone(server);
    const key = newKey();
    assert.equal((await withPasskey(person, key, { uv: true })).status, 201);
    await guess(person.email, 10);
    const refused = await byPasskey(userAgent(server), key, { uv: true });
    assert.deepEqual([refused.status, refused.body.code], [429, 'slow_down']);
    assert.equal(refused.headers.get('retry-after'), '900');
    assert.equal((await byPasskey(person.browser, key, { uv: true })).body.state, 'signed-in');
    server.clock.advance(15 * minuteMs);
    assert.equal((await byPasskey(userAgent(server), key, { uv: true })).body.state, 'signed-in');
  });

  test('scope: all leaves a passkey open on a device that its owner used, however often strangers lock', async () => {
    await open(lockingBy({ scope: 'all', knownDeviceBypass: false }));
    const person = await someone(server);
    const key = newKey();
    assert.equal((await withPasskey(person, key, { uv: true })).status, 201);
    for (let lock = 0; lock < 3; lock += 1) {
      assert.deepEqual(statusesOf(await guess(person.email, 11)), [...Array(10).fill(401), 429]);
      assert.equal((await signIn(person.browser, person.email)).status, 429, 'a password can be guessed');
      assert.equal((await byPasskey(userAgent(server), key, { uv: true })).status, 429, 'nobody was there');
      assert.equal((await byPasskey(person.browser, key, { uv: true })).body.state, 'signed-in');
      server.clock.advance(15 * minuteMs);
    }
  });

  test('scope: all does not let the passkey of one person open on a device that only another used', async () => {
    await open(lockingBy({ scope: 'all', knownDeviceBypass: false }));
    const [person, other] = [await someone(server), await someone(server)];
    const key = newKey();
    assert.equal((await withPasskey(person, key, { uv: true })).status, 201);
    await guess(person.email, 10);
    assert.equal((await byPasskey(other.browser, key, { uv: true })).status, 429);
  });

  test('scope: all leaves it open on a device whose own guesses lock it, too', async () => {
    await open(lockingBy({ scope: 'all' }));
    const person = await someone(server);
    const key = newKey();
    assert.equal((await withPasskey(person, key, { uv: true })).status, 201);
    for (let each = 0; each < 10; each += 1) await signIn(person.browser, person.email, wrong);
    assert.equal((await signIn(person.browser, person.email)).status, 429);
    assert.equal((await byPasskey(person.browser, key, { uv: true })).body.state, 'signed-in');
  });

  test('three failures lock after three, for as long as is told', async () => {
    await open(lockingBy({ failures: 3, seconds: 3600 }));
    const { email } = await someone(server);
    assert.deepEqual(statusesOf(await guess(email, 4)), [401, 401, 401, 429]);
    server.clock.advance(3_600_000 - 1);
    assert.equal((await stranger(email)).status, 429);
    server.clock.advance(1);
    assert.equal((await stranger(email)).status, 200);
  });
});
