import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import { openStage, type Person, password, refresh, signIn, someone } from './stage.ts';

const second = 1000;
const minute = 60 * second;
const idleMs = 30 * minute;
const absoluteMs = 12 * 60 * minute;

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

const edges = [
  ['a second before', -second, 200],
  ['a millisecond before', -1, 200],
  ['at', 0, 401],
  ['a millisecond after', 1, 401],
  ['a second after', second, 401],
] as const;

/** Tokens end on whole seconds, so edges are exact only from one. */
async function beginOnTheSecond(): Promise<Person> {
  server.clock.advanceTo(Math.ceil(server.clock.now() / second) * second);
  return someone(server);
}

/** Keep a session busy until shortly before `untilMs` after its start, as a browser with a person at it would. */
async function workOn(browser: UserAgent, startedAt: number, untilMs: number): Promise<void> {
  while (server.clock.now() + 4 * minute < startedAt + untilMs) {
    server.clock.advance(4 * minute);
    assert.equal((await refresh(browser, 0)).status, 200);
  }
}

describe('the idle limit, without activity', () => {
  for (const [when, offset, expected] of edges) {
    test(`by refresh ${when} it: ${expected}`, async () => {
      const { browser } = await beginOnTheSecond();
      server.clock.advance(idleMs + offset);
      const { status, body } = await refresh(browser, 0);
      assert.equal(status, expected);
      if (expected === 401) assert.equal(body.code, 'session_ended');
    });

    test(`by a token of the last moment ${when} it: ${expected}`, async () => {
      const { browser, sessionId } = await beginOnTheSecond();
      server.clock.advance(idleMs - 2 * minute);
      await refresh(browser);
      // Were the token's own end not tied to the session's, this one would outlive it by three minutes.
      server.clock.advance(2 * minute + offset);
      const { status, body } = await browser.call('getSession');
      assert.equal(status, expected);
      if (expected === 200) assert.equal(body.session.id, sessionId);
    });
  }

  test('is the same for a token that does not know of it: the database decides', async () => {
    const { browser, sessionId } = await someone(server);
    await server.argus.services.store.pool.query('UPDATE sessions SET idle_expires_at = $2 WHERE id = $1', [
      sessionId,
      new Date(server.clock.now() + second).toISOString(),
    ]);
    assert.equal((await browser.call('getSession')).status, 200);
    server.clock.advance(second);
    assert.equal((await browser.call('getSession')).body.code, 'session_ended');
  });

  test('is not moved by requests, nor by refreshes that report no activity', async () => {
    const { browser } = await someone(server);
    for (let round = 0; round < 7; round += 1) {
      server.clock.advance(4 * minute);
      assert.equal((await refresh(browser)).status, 200);
      assert.equal((await browser.call('listSessions')).status, 200);
    }
    server.clock.advance(2 * minute);
    assert.equal((await refresh(browser)).status, 401);
  });

  test('cannot be moved by claiming less idleness than there was time since the last refresh', async () => {
    const { browser } = await someone(server);
    server.clock.advance(10 * minute);
    const { body } = await refresh(browser, 9 * 60);
    assert.equal(Date.parse(body.session.lastActiveAt), server.clock.now() - 9 * minute);
    server.clock.advance(minute);
    const later = (await refresh(browser, 5 * 60)).body;
    assert.equal(later.session.idleExpiresAt, body.session.idleExpiresAt);
  });
});

describe('the absolute limit, with activity all along', () => {
  for (const [when, offset, expected] of edges) {
    test(`${when} it: ${expected}, by refresh and by token`, async () => {
      const { browser } = await beginOnTheSecond();
      const startedAt = server.clock.now();
      await workOn(browser, startedAt, absoluteMs - minute);
      server.clock.advanceTo(startedAt + absoluteMs - minute);
      const { body } = await refresh(browser, 0);
      assert.equal(Date.parse(body.session.absoluteExpiresAt), startedAt + absoluteMs);
      assert.equal(body.session.idleExpiresAt, body.session.absoluteExpiresAt);
      assert.match(body.session.limitedBy, /^absolute/);
      server.clock.advanceTo(startedAt + absoluteMs + offset);
      assert.equal((await browser.call('getSession')).status, expected);
      assert.equal((await refresh(browser, 0)).status, expected);
    });
  }
});

test('a new sign-in is the only way past the absolute limit, and makes a new session', async () => {
  const { browser, email, sessionId } = await someone(server);
  server.clock.advance(absoluteMs);
  assert.equal((await refresh(browser, 0)).status, 401);
  const again = await signIn(browser, email);
  assert.notEqual(again.sessionId, sessionId);
});

test('the cookies of a session that may outlive the browser end with it at the latest', async () => {
  const { browser, email } = await someone(server);
  await browser.call('signIn', { body: { identifier: email, password, staySignedIn: true } });
  server.clock.advance(4 * minute);
  const { headers } = await refresh(browser, 0);
  const lines = headers.getSetCookie().filter((line) => /argus_(access|refresh)=/.test(line));
  assert.equal(lines.length, 2);
  for (const line of lines)
    assert.match(line, new RegExp(`Max-Age=${(30 * 24 * 60 * minute - 4 * minute) / second};`));
});

test('a refresh in the broken second before the end is refused or answered, never a fault', async () => {
  const startedAt = server.clock.now() + 500;
  server.clock.advanceTo(startedAt);
  const { browser } = await someone(server);
  const lost = browser.copy();
  server.clock.advanceTo(startedAt + idleMs - 600);
  assert.equal((await refresh(browser)).status, 200);
  server.clock.advance(300);
  assert.equal((await refresh(lost)).status, 401);
  assert.equal((await refresh(browser)).status, 401);
  assert.ok(browser.cookies.get(cookieNames.device), 'the device stays what it was');
});
