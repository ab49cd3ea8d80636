import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { firefox, type UserAgent, userAgent } from '@argus/testing/user-agent';
import { signInPersistently } from './session-limit-stage.ts';
import { holdings, openStage, type Person, refresh, signIn, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

/** The same person in another browser. */
async function elsewhere({ email }: Person): Promise<Pick<Person, 'browser' | 'sessionId'>> {
  server.clock.advance(1000);
  const browser = userAgent(server, { 'user-agent': firefox });
  return { browser, ...(await signIn(browser, email)) };
}

async function idsOf(browser: UserAgent): Promise<string[]> {
  const { body } = await browser.call('listSessions', { query: { limit: '100' } });
  return body.sessions.map(({ id }: { id: string }) => id);
}

async function reasonOf(browser: UserAgent, id: string): Promise<string | undefined> {
  const { body } = await browser.call('sessionHistory', { query: { limit: '100' } });
  return body.sessions.find((each: { id: string }) => each.id === id)?.endReason;
}

function hasSessionCookies({ cookies }: UserAgent): boolean {
  return cookies.has(cookieNames.access) || cookies.has(cookieNames.refresh);
}

async function assertDead(browser: UserAgent): Promise<void> {
  assert.equal(
    (await browser.call('getSession')).body.code,
    'session_ended',
    'the access token is refused at once',
  );
  assert.equal((await refresh(browser)).status, 401);
}

describe('the list of own sessions', () => {
  test('shows each with its device, the current one marked, the most recently active first', async () => {
    const person = await someone(server);
    const other = await elsewhere(person);
    const { body } = await person.browser.call('listSessions');
    assert.deepEqual(
      body.sessions.map((each: Record<string, unknown>) => [each.id, each.current, each.state]),
      [
        [other.sessionId, false, 'active'],
        [person.sessionId, true, 'active'],
      ],
    );
    assert.deepEqual(
      body.sessions.map(({ device }: { device: { name: string } }) => device.name),
      ['Firefox on Linux', 'Chrome on Linux'],
    );
    assert.equal(body.sessions[0].location.ip, '127.0.0.1');
  });

  test('comes in pages that together hold everything once', async () => {
    const person = await someone(server);
    for (let count = 0; count < 6; count += 1) await elsewhere(person);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = cursor ? { limit: '3', cursor } : { limit: '3' };
      const { body } = await person.browser.call('listSessions', { query });
      seen.push(...body.sessions.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    } while (cursor);
    assert.equal(seen.length, 7);
    assert.deepEqual(seen, await idsOf(person.browser));
  });

  test('holds nothing of anybody else', async () => {
    const [one, two] = [await someone(server), await someone(server)];
    assert.deepEqual(await idsOf(one.browser), [one.sessionId]);
    const { body } = await two.browser.call('listSecurityEvents', { query: { limit: '100' } });
    const text = JSON.stringify(body);
    assert.ok(body.events.length > 0 && !text.includes(one.sessionId) && !text.includes(one.userId));
  });
});

describe('ending', () => {
  test('this session clears its cookies, keeps the device, and is told as signed out', async () => {
    const person = await someone(server);
    const stolen = person.browser.copy();
    const { status, headers } = await person.browser.call('endSession');
    assert.equal(status, 204);
    assert.equal(headers.getSetCookie().filter((line) => line.includes('Max-Age=0')).length, 2);
    assert.ok(!hasSessionCookies(person.browser) && person.browser.cookies.has(cookieNames.device));
    await assertDead(stolen);
    await signIn(person.browser, person.email);
    assert.equal(await reasonOf(person.browser, person.sessionId), 'signed-out');
  });

  test('a session twice succeeds twice, and without a session too', async () => {
    const person = await someone(server);
    const copy = person.browser.copy();
    assert.equal((await person.browser.call('endSession')).status, 204);
    assert.equal((await copy.call('endSession')).status, 204);
    assert.equal((await userAgent(server).call('endSession')).status, 204);
  });

  test('this session works by the refresh cookie alone, even after it has expired', async () => {
    const person = await someone(server);
    const stolen = person.browser.copy();
    person.browser.cookies.delete(cookieNames.access);
    assert.equal((await person.browser.call('endSession')).status, 204);
    await assertDead(stolen);
  });

  test('one other session leaves this one, and its holder is out at once', async () => {
    const person = await someone(server);
    const other = await elsewhere(person);
    const { status, headers } = await person.browser.call('endOneSession', {
      params: { id: other.sessionId },
    });
    assert.equal(status, 204);
    assert.deepEqual(headers.getSetCookie(), []);
    assert.deepEqual(await idsOf(person.browser), [person.sessionId]);
    await assertDead(other.browser);
    assert.equal(await reasonOf(person.browser, other.sessionId), 'ended-by-user');
  });

  test('the current session by its id clears its cookies', async () => {
    const person = await someone(server);
    await person.browser.call('endOneSession', { params: { id: person.sessionId } });
    assert.ok(!hasSessionCookies(person.browser));
  });

  test('a session that has ended already is not found', async () => {
    const person = await someone(server);
    const other = await elsewhere(person);
    await other.browser.call('endSession');
    const { body } = await person.browser.call('endOneSession', { params: { id: other.sessionId } });
    assert.equal(body.code, 'not_found');
    assert.equal(await reasonOf(person.browser, other.sessionId), 'signed-out');
  });

  test('somebody else’s session is not found, like one that never was, and nothing changes', async () => {
    const [person, stranger] = [await someone(server), await someone(server)];
    const before = await holdings(server);
    const theirs = await person.browser.call('endOneSession', { params: { id: stranger.sessionId } });
    const nobodys = await person.browser.call('endOneSession', {
      params: { id: '01990000-0000-7000-8000-00000000dead' },
    });
    assert.deepEqual([theirs.status, theirs.body], [404, nobodys.body]);
    assert.deepEqual(await holdings(server), before);
    assert.equal((await stranger.browser.call('getSession')).status, 200);
  });

  test('all others leaves this one alone', async () => {
    const person = await someone(server);
    const others = [await elsewhere(person), await elsewhere(person)];
    assert.deepEqual((await person.browser.call('endOtherSessions')).body, { ended: 2 });
    for (const { browser, sessionId } of others) {
      await assertDead(browser);
      assert.equal(await reasonOf(person.browser, sessionId), 'ended-by-user');
    }
    assert.equal((await person.browser.call('getSession')).status, 200);
    assert.deepEqual((await person.browser.call('endOtherSessions')).body, { ended: 0 });
  });

  test('all leaves none, and clears the cookies of this browser', async () => {
    const person = await someone(server);
    const bystander = await someone(server);
    const other = await elsewhere(person);
    const stolen = person.browser.copy();
    const { body } = await person.browser.call('endAllSessions');
    assert.deepEqual(body, { ended: 2 });
    assert.ok(!hasSessionCookies(person.browser));
    for (const browser of [stolen, other.browser]) await assertDead(browser);
    assert.equal((await bystander.browser.call('getSession')).status, 200);
  });

  test('asks for a session', async () => {
    const nobody = userAgent(server);
    for (const name of ['listSessions', 'sessionHistory', 'endOtherSessions', 'endAllSessions'] as const)
      assert.equal((await nobody.call(name)).body.code, 'session_required', name);
  });
});

describe('more than ten sessions', () => {
  test('end the least recently active one, told as over the limit', async () => {
    const person = await someone(server);
    const second = await elsewhere(person);
    server.clock.advance(60_000);
    assert.equal((await refresh(person.browser, 0)).status, 200);
    for (let count = 0; count < 9; count += 1) await elsewhere(person);
    assert.equal((await idsOf(person.browser)).length, 10);
    await assertDead(second.browser);
    assert.equal(await reasonOf(person.browser, second.sessionId), 'session-limit');
    assert.equal(
      (await person.browser.call('getSession')).status,
      200,
      'it was active after the second began',
    );
  });

  test('never live, however many sign in at once', async () => {
    const person = await someone(server);
    const browsers = Array.from({ length: 30 }, () => userAgent(server));
    await Promise.all(browsers.map((browser) => signInPersistently(browser, person)));
    const alive: UserAgent[] = [];
    for (const browser of [person.browser, ...browsers])
      if ((await browser.call('getSession')).status === 200) alive.push(browser);
    assert.equal(alive.length, 10);
    assert.equal((await idsOf(alive[0] ?? person.browser)).length, 10);
  });
});

test('a disabled user’s sessions are dead at once', async () => {
  const person = await someone(server);
  await server.argus.services.store.pool.query("UPDATE users SET status = 'disabled' WHERE id = $1", [
    person.userId,
  ]);
  await assertDead(person.browser);
});
