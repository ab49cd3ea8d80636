import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from './gateway-browser.ts';
import { endSessions, openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());

async function signedIn(): Promise<Browser> {
  const browser = stage.browser();
  assert.equal((await browser.visit(`${stage.app.origin}/me`)).status, 200);
  return browser;
}

const me = (browser: Browser, origin = stage.app.origin) => browser.call(`${origin}/me`);
const refreshes = () => stage.app.gateway.state().refreshes;
const nearEnd = () => stage.argus.clock.advance(4.5 * 60_000);

describe('an access token near its end', () => {
  test('is renewed before the request reaches the application, and only then', async () => {
    const browser = await signedIn();
    const before = refreshes();
    const old = new Map(browser.cookiesOf(stage.app.origin));
    stage.argus.clock.advance(3 * 60_000);
    assert.deepEqual((await me(browser)).headers.getSetCookie(), []);
    nearEnd();
    const answer = await me(browser);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(refreshes(), before + 1);
    for (const [name, value] of browser.cookiesOf(stage.app.origin))
      assert.notEqual(value, old.get(name), name);
    assert.equal((await answer.json()).expiresAt, stage.argus.clock.now() + 300_000);
  });

  test('is renewed once for 50 requests at the same time, and for those that are late', async () => {
    const browser = await signedIn();
    const late = browser.copy();
    nearEnd();
    const before = refreshes();
    const answers = await Promise.all(Array.from({ length: 50 }, () => me(browser.copy())));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const expiries = await Promise.all(answers.map(async (answer) => (await answer.json()).expiresAt));
    assert.equal(new Set(expiries).size, 1);
    stage.argus.clock.advance(8000);
    assert.equal((await me(late)).status, 200);
    assert.equal(refreshes(), before + 1);
    // What it was given is the newest, and goes on from there.
    nearEnd();
    assert.equal((await me(late)).status, 200);
    assert.equal(refreshes(), before + 2);
  });

  test('that a late answer sets back leads to the newest again', async () => {
    const browser = await signedIn();
    const behind = browser.copy();
    const refresh = (each: Browser) => each.call(`${stage.app.origin}/auth/refresh`, { method: 'POST' });
    assert.equal((await refresh(browser)).status, 200);
    assert.equal((await refresh(browser)).status, 200);
    const before = refreshes();
    assert.equal((await refresh(behind)).status, 200);
    assert.equal(refreshes(), before, 'no refresh of what was replaced');
    assert.equal((await refresh(behind)).status, 200);
    assert.equal(refreshes(), before + 1);
  });
});

describe('two processes that share one cookie', () => {
  test('both succeed, one after the other and at the same time', async () => {
    const other = await stage.open({ origin: stage.app.origin });
    const browser = await signedIn();
    const twin = browser.copy();
    nearEnd();
    const answers = await Promise.all([
      me(browser.copy()),
      me(twin, other.origin),
      me(browser.copy()),
      me(twin.copy(), other.origin),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    nearEnd();
    assert.equal((await me(twin, other.origin)).status, 200);
    stage.argus.clock.advance(5000);
    const behind = await signedIn();
    const ahead = behind.copy();
    nearEnd();
    assert.equal((await me(ahead)).status, 200);
    stage.argus.clock.advance(5000);
    assert.equal((await me(behind, other.origin)).status, 200, 'within the window of a lost reply');
  });
});

describe('an answer that gets lost', () => {
  test('between Argus and the gateway is asked for again', async () => {
    const browser = await signedIn();
    nearEnd();
    stage.app.line.state = 'mute';
    assert.equal((await me(browser)).status, 200, 'the token still lives');
    stage.app.line.state = 'up';
    stage.argus.clock.advance(3000);
    const answer = await me(browser);
    assert.equal(answer.status, 200);
    assert.ok(answer.headers.getSetCookie().length > 0);
    nearEnd();
    assert.equal((await me(browser)).status, 200);
  });

  test('between the gateway and the browser is given again', async () => {
    const browser = await signedIn();
    nearEnd();
    assert.equal((await me(browser.copy())).status, 200, 'nobody got these cookies');
    stage.argus.clock.advance(9000);
    assert.equal((await me(browser)).status, 200);
    nearEnd();
    assert.equal((await me(browser)).status, 200);
  });
});

test('a stolen cookie that is used after its owner’s next refresh ends the session for both', async () => {
  const browser = await signedIn();
  const thief = browser.copy();
  nearEnd();
  assert.equal((await me(browser)).status, 200);
  stage.argus.clock.advance(11_000);
  const answer = await thief.call(`${stage.app.origin}/auth/refresh`, { method: 'POST' });
  assert.equal(answer.status, 401);
  assert.equal((await answer.json()).code, 'session_ended');
  await thief.load(`${stage.app.origin}/`);
  assert.deepEqual([...thief.cookiesOf(stage.app.origin)], [], 'taken back');
  nearEnd();
  assert.equal((await me(browser)).status, 401);
});

test('a copy in another browser gets nothing by a refresh that its owner made a moment ago', async () => {
  const browser = await signedIn();
  const thief = browser.copy();
  const refresh = (each: Browser, agent: string) =>
    each.call(`${stage.app.origin}/auth/refresh`, { method: 'POST', headers: { 'user-agent': agent } });
  assert.equal((await refresh(browser, 'Chrome')).status, 200);
  assert.equal((await refresh(thief, 'Firefox')).status, 503);
  stage.argus.clock.advance(11_000);
  assert.equal((await refresh(thief, 'Firefox')).status, 401, 'and is caught when it comes again');
  assert.equal((await refresh(browser, 'Chrome')).status, 401);
});

test('a session that ended at Argus is over at the next refresh: pages lead to sign in, scripts are told', async () => {
  const browser = await signedIn();
  const tab = browser.copy();
  await endSessions(stage.argus);
  nearEnd();
  const told = await me(tab.copy());
  assert.equal(told.status, 401);
  const { code, signInUrl } = await told.json();
  assert.deepEqual([code, signInUrl], ['session_ended', '/auth/sign-in?return_to=%2F']);
  const led = await tab.load(`${stage.app.origin}/me`);
  assert.equal(led.status, 303);
  assert.match(led.headers.get('location') ?? '', /\/oauth\/authorize\?/);
  assert.equal((await tab.visit(stage.app.origin)).body, 'nobody');
});
