import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFakeBrowser, work } from './fake-browser.ts';

const minute = 60_000;

describe('sleep', () => {
  test('a laptop that wakes within the idle limit refreshes once and goes on', async () => {
    const browser = createFakeBrowser();
    const [front, back] = [browser.openTab(), browser.openTab({ isVisible: false })];
    await work(browser, front, { everyMs: 10_000, forMs: minute });
    browser.sleep(20 * minute);
    browser.wake(front);
    await browser.run(2000);
    assert.equal(browser.server.refreshes.length, 1);
    assert.deepEqual(browser.states(), ['signed-in', 'signed-in']);
    assert.equal(front.session.current, front.session.current);
    assert.deepEqual(
      { ...back.session.current, idleWarning: null },
      { ...front.session.current, idleWarning: null },
    );
  });

  test('a wake that no event announces is noticed within half a minute', async () => {
    const browser = createFakeBrowser();
    browser.openTab();
    await browser.run(minute);
    browser.sleep(20 * minute);
    await browser.run(31_000);
    assert.equal(browser.server.refreshes.length, 1);
  });

  test('a laptop that slept past the idle limit shows that its session ended', async () => {
    const browser = createFakeBrowser();
    const [front] = [browser.openTab(), browser.openTab({ isVisible: false })];
    await browser.run(minute);
    browser.sleep(40 * minute);
    browser.wake(front);
    await browser.run(5000);
    assert.deepEqual(browser.states(), ['ended', 'ended']);
  });

  test('sleep is no activity: waking in the background reports none', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab({ isVisible: false });
    await browser.run(minute);
    browser.sleep(20 * minute);
    browser.wake(tab);
    await browser.run(2000);
    assert.deepEqual(
      browser.server.refreshes.map(({ idleSeconds }) => idleSeconds),
      [undefined],
    );
  });
});

describe('offline', () => {
  test('a failed refresh signs nobody out and says what is the matter', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    await browser.run(1000);
    browser.network.isOnline = false;
    await browser.run(10 * minute);
    const { current } = tab.session;
    assert.equal(current.state, 'signed-in');
    assert.equal(current.trouble?.code, 'unreachable');
  });

  test('coming back online refreshes at once, one tab for all, and the trouble is over', async () => {
    const browser = createFakeBrowser();
    const tabs = [browser.openTab(), browser.openTab(), browser.openTab()];
    await browser.run(1000);
    browser.network.isOnline = false;
    await browser.run(10 * minute);
    browser.network.isOnline = true;
    for (const tab of tabs) tab.isVisible = false;
    for (const tab of tabs) browser.wake(tab);
    await browser.run(2000);
    assert.equal(browser.server.refreshes.length, 1);
    for (const { session } of tabs) {
      assert.equal(session.current.state === 'signed-in' && session.current.trouble, null);
    }
  });

  test('tries become rarer, down to about one a minute for each tab', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    await browser.run(1000);
    browser.network.isOnline = false;
    await browser.run(10 * minute);
    const before = browser.network.sent;
    await browser.run(10 * minute);
    const tries = browser.network.sent - before;
    assert.ok(tries >= 9 && tries <= 22, `${tries} tries`);
    assert.equal(tab.session.current.state, 'signed-in');
  });

  test('past the absolute limit no server is needed to know that the session is over', async () => {
    const limits = { accessMs: 5 * minute, idleMs: 30 * minute, absoluteMs: 40 * minute };
    const browser = createFakeBrowser({ limits });
    const tab = browser.openTab();
    await work(browser, tab, { everyMs: 20_000, forMs: 15 * minute });
    browser.network.isOnline = false;
    await browser.run(24 * minute);
    assert.equal(tab.session.current.state, 'signed-in');
    await browser.run(3 * minute);
    assert.equal(tab.session.current.state, 'ended');
  });

  test('a page opened offline does not claim that nobody is signed in, and finds out later', async () => {
    const browser = createFakeBrowser();
    browser.network.isOnline = false;
    const tab = browser.openTab();
    await browser.run(10_000);
    assert.equal(tab.session.current.state, 'unknown');
    browser.network.isOnline = true;
    browser.wake(tab);
    await browser.run(1000);
    assert.equal(tab.session.current.state, 'signed-in');
  });

  test('an answer that is lost on the way is fetched again within the lost-reply window', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    await browser.run(1000);
    browser.sleep(6 * minute);
    browser.network.losesReplies = true;
    tab.isVisible = false;
    browser.wake(tab);
    await browser.run(500);
    browser.network.losesReplies = false;
    await browser.run(5000);
    assert.deepEqual(
      browser.server.refreshes.map(({ outcome }) => outcome),
      ['rotated', 'repeated'],
    );
    assert.equal(tab.session.current.state, 'signed-in');
  });

  test('a server that never answers is given up within the lost-reply window', async () => {
    const browser = createFakeBrowser({ latencyMs: 20_000 });
    const tab = browser.openTab();
    await browser.run(6500);
    const { current } = tab.session;
    assert.equal(current.state === 'unknown' && current.trouble?.code, 'timeout');
  });

  test('a busy server is left alone for as long as it asks', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab({ isVisible: false });
    await browser.run(1000);
    const busy = (): Response => new Response('', { status: 503, headers: { 'retry-after': '120' } });
    browser.sleep(6 * minute);
    browser.server.instead.push(busy());
    browser.wake(tab);
    await browser.run(110_000);
    assert.equal(browser.server.calls.filter((call) => call.startsWith('POST')).length, 1);
    await browser.run(30_000);
    assert.equal(browser.server.refreshes.length, 1);
    assert.equal(tab.session.current.state, 'signed-in');
  });

  test('a page in place of the answer, as a captive portal gives, is trouble and not a session', async () => {
    const browser = createFakeBrowser();
    browser.server.instead.push(new Response('<p>Buy some network', { status: 200 }));
    const tab = browser.openTab();
    await browser.run(400);
    const { current } = tab.session;
    assert.equal(current.state === 'unknown' && current.trouble?.code, 'unexpected-answer');
  });
});

describe('a wrong clock', () => {
  for (const [words, clockAheadMs] of [
    ['an hour ahead', 60 * minute],
    ['an hour behind', -60 * minute],
  ] as const) {
    test(`of ${words} makes no refresh too many and none too late`, async () => {
      const browser = createFakeBrowser({ clockAheadMs });
      const [front] = [browser.openTab(), browser.openTab({ isVisible: false })];
      await work(browser, front, { everyMs: 20_000, forMs: 60 * minute });
      const left = browser.server.refreshes.map(({ accessLeftMs }) => accessLeftMs);
      assert.ok(left.length >= 12 && left.length <= 17, `${left.length} refreshes`);
      assert.ok(Math.min(...left) > 0);
    });
  }
});
