import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionError } from '../src/index.ts';
import { createFakeBrowser } from './fake-browser.ts';

const minute = 60_000;

test('signing out in one tab signs out every tab at once', async () => {
  const browser = createFakeBrowser();
  const [one] = [browser.openTab(), browser.openTab(), browser.openTab({ isVisible: false })];
  await browser.run(1000);
  const signedOut = one.session.signOut();
  await browser.run(200);
  await signedOut;
  assert.deepEqual(browser.states(), ['signed-out', 'signed-out', 'signed-out']);
  assert.equal(browser.server.isLive(), false);
});

test('nothing is asked any more after signing out', async () => {
  const browser = createFakeBrowser();
  const [one] = [browser.openTab(), browser.openTab()];
  await browser.run(1000);
  void one.session.signOut();
  await browser.run(1000);
  const before = browser.network.sent;
  await browser.run(60 * minute);
  assert.equal(browser.network.sent, before);
});

test('a sign-out that the server was not told of fails with a typed error and signs nobody out', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  await browser.run(1000);
  browser.network.isOnline = false;
  const refused = assert.rejects(
    tab.session.signOut(),
    (error) => error instanceof SessionError && error.code === 'unreachable',
  );
  await browser.run(1000);
  await refused;
  assert.equal(tab.session.current.state, 'signed-in');
});

test('a session ended from elsewhere ends in every tab when one of them finds out', async () => {
  const browser = createFakeBrowser();
  const [one] = [browser.openTab(), browser.openTab(), browser.openTab()];
  await browser.run(1000);
  browser.server.session.isEnded = true;
  const response = one.session.fetch('/api/notes');
  await browser.run(1000);
  assert.equal((await response).status, 401);
  assert.deepEqual(browser.states(), ['ended', 'ended', 'ended']);
});

test('a sign-out on a hosted page is noticed when the tab comes to the front', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  await browser.run(minute);
  browser.clearCookies();
  browser.wake(tab);
  await browser.run(1000);
  assert.equal(tab.session.current.state, 'signed-out');
});

test('coming to the front again and again asks the server at most once in ten seconds', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  await browser.run(minute);
  browser.server.calls.length = 0;
  for (let round = 0; round < 40; round += 1) {
    browser.wake(tab);
    await browser.run(1000);
  }
  assert.equal(browser.server.calls.length, 4);
});

test('a sign-in on a hosted page is noticed by a signed-out tab, which tells the others', async () => {
  const browser = createFakeBrowser();
  browser.clearCookies();
  const [one] = [browser.openTab(), browser.openTab({ isVisible: false })];
  await browser.run(minute);
  assert.deepEqual(browser.states(), ['signed-out', 'signed-out']);
  browser.signInElsewhere();
  browser.wake(one);
  await browser.run(1000);
  assert.deepEqual(browser.states(), ['signed-in', 'signed-in']);
});

test('check() after a sign-in of one’s own shows the new session in every tab', async () => {
  const browser = createFakeBrowser();
  const [one, other] = [browser.openTab(), browser.openTab()];
  await browser.run(minute);
  void one.session.signOut();
  await browser.run(1000);
  browser.signInElsewhere();
  void one.session.check();
  await browser.run(1000);
  for (const { session } of [one, other]) {
    assert.equal(
      session.current.state === 'signed-in' && session.current.session.id,
      browser.server.session.id,
    );
  }
});

test('a refresh that was under way does not bring back the session that was signed out', async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const browser = createFakeBrowser({ seed, latencyMs: 400 });
    const [refreshing, leaving] = [browser.openTab({ isVisible: false }), browser.openTab()];
    await browser.run(5000);
    browser.sleep(6 * minute);
    browser.wake(refreshing);
    await browser.run(seed * 10);
    void leaving.session.signOut();
    await browser.run(10_000);
    assert.ok(!browser.states().includes('signed-in'), `seed ${seed}: ${browser.states()}`);
  }
});

test('the end of an old session does not end the new one in a tab that is ahead', async () => {
  const browser = createFakeBrowser();
  const old = browser.openTab({ isVisible: false });
  await browser.run(minute);
  old.session.stop();
  browser.signInElsewhere();
  const fresh = browser.openTab();
  await browser.run(1000);
  void old.session.start();
  await browser.run(1000);
  assert.equal(fresh.session.current.state, 'signed-in');
  assert.equal(
    old.session.current.state === 'signed-in' && old.session.current.session.id,
    browser.server.session.id,
  );
});

test('a page that opens with the cookies of a dead session says that it ended', async () => {
  const browser = createFakeBrowser();
  browser.server.session.isEnded = true;
  const tab = browser.openTab();
  await browser.run(1000);
  assert.equal(tab.session.current.state, 'ended');
});

test('a page that opens with an expired access token refreshes once and is signed in', async () => {
  const browser = createFakeBrowser();
  browser.sleep(6 * minute);
  const tab = browser.openTab();
  await browser.run(1000);
  assert.equal(tab.session.current.state, 'signed-in');
  assert.deepEqual(browser.server.calls, ['GET /api/session', 'POST /api/session/refresh']);
});
