import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFakeBrowser, type FakeBrowser, work } from './fake-browser.ts';
import { balanced } from './fake-server.ts';

const minute = 60_000;
const hour = 60 * minute;

/** One rotation for each access token, none of them before its time, none repeated or refused. */
function assertOnePerLife({ server, network }: FakeBrowser): void {
  const early = server.refreshes.filter(({ accessLeftMs }) => accessLeftMs > 0.4 * balanced.accessMs);
  assert.deepEqual(early, []);
  assert.deepEqual(
    server.refreshes.filter(({ outcome }) => outcome !== 'rotated'),
    [],
  );
  assert.equal(network.mostRefreshes, 1);
}

describe('one refresh per browser', () => {
  test('eight tabs over six busy hours refresh exactly once in each life of an access token', async () => {
    const browser = createFakeBrowser();
    const tabs = Array.from({ length: 8 }, (_, n) => browser.openTab({ isVisible: n === 0 }));
    const [front] = tabs;
    assert.ok(front);
    await work(browser, front, { everyMs: 20_000, forMs: 6 * hour });
    assertOnePerLife(browser);
    const lives = (6 * hour) / balanced.accessMs;
    assert.ok(browser.server.refreshes.length >= lives && browser.server.refreshes.length <= 1.4 * lives);
    assert.deepEqual(new Set(browser.states()), new Set(['signed-in']));
  });

  test('no access token ever runs out while the person works', async () => {
    const browser = createFakeBrowser({ seed: 5 });
    const tab = browser.openTab();
    browser.openTab({ isVisible: false });
    await work(browser, tab, { everyMs: 30_000, forMs: 3 * hour });
    assert.equal(Math.min(...browser.server.refreshes.map(({ accessLeftMs }) => accessLeftMs)) > 0, true);
  });

  test('tabs that all want to refresh at the same moment make one refresh and no further reading', async () => {
    const browser = createFakeBrowser();
    for (let n = 0; n < 10; n += 1) browser.openTab({ isVisible: false });
    await browser.run(1000);
    browser.server.calls.length = 0;
    browser.sleep(10 * minute);
    for (const tab of browser.tabs) browser.wake(tab);
    await browser.run(5000);
    assert.deepEqual(browser.server.calls, ['POST /api/session/refresh']);
  });

  test('when the tab that refreshes is killed, the next one takes over and nobody is signed out', async () => {
    const browser = createFakeBrowser({ latencyMs: 500 });
    const tabs = Array.from({ length: 4 }, () => browser.openTab({ isVisible: false }));
    await browser.run(5000);
    browser.sleep(6 * minute);
    for (const tab of tabs) browser.wake(tab);
    await browser.run(100);
    assert.equal(browser.network.refreshes, 1);
    for (const tab of tabs) if (tab.session.current.state === 'signed-in') browser.killTab(tab);
    const survivors = Array.from({ length: 3 }, () => browser.openTab());
    await browser.run(30_000);
    for (const { session } of survivors) assert.equal(session.current.state, 'signed-in');
    assert.ok(browser.server.isLive());
  });

  test('a killed lock holder leaves the waiting tabs signed in', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const browser = createFakeBrowser({ seed, latencyMs: 300 });
      const tabs = Array.from({ length: 4 }, () => browser.openTab({ isVisible: false }));
      await browser.run(5000);
      browser.sleep(6 * minute);
      const [first] = tabs;
      assert.ok(first);
      browser.wake(first);
      await browser.run(10);
      for (const tab of tabs) browser.wake(tab);
      await browser.run(30 + seed * 20);
      browser.killTab(first);
      await browser.run(20_000);
      assert.deepEqual(browser.states(), ['signed-in', 'signed-in', 'signed-in'], `seed ${seed}`);
      assert.equal(browser.network.mostRefreshes, 1);
    }
  });

  test('a tab that is stopped in the middle of its refresh leaves the cookies to the others', async () => {
    const browser = createFakeBrowser({ latencyMs: 300 });
    const [leaving, staying] = [browser.openTab(), browser.openTab({ isVisible: false })];
    await browser.run(5000);
    browser.sleep(6 * minute);
    browser.wake(leaving);
    await browser.run(400);
    leaving.session.stop();
    await browser.run(minute);
    assert.equal(staying.session.current.state, 'signed-in');
    assert.ok(browser.server.isLive());
  });

  test('without BroadcastChannel the lock still keeps refreshes apart and every tab learns by reading', async () => {
    const browser = createFakeBrowser({ hasChannel: false });
    const tabs = Array.from({ length: 4 }, () => browser.openTab());
    const [front] = tabs;
    assert.ok(front);
    await work(browser, front, { everyMs: 20_000, forMs: 2 * hour });
    assertOnePerLife(browser);
    assert.deepEqual(browser.states(), ['signed-in', 'signed-in', 'signed-in', 'signed-in']);
  });

  test('without Web Locks tabs elect who refreshes', async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const browser = createFakeBrowser({ hasLocks: false, seed });
      for (let n = 0; n < 6; n += 1) browser.openTab({ isVisible: false });
      await browser.run(1000);
      browser.sleep(10 * minute);
      for (const tab of browser.tabs) browser.wake(tab);
      await browser.run(10_000);
      assert.equal(browser.server.refreshes.length, 1, `seed ${seed}`);
      assert.equal(browser.network.mostRefreshes, 1, `seed ${seed}`);
    }
  });

  test('without Web Locks a tab that claims its turn late gives way to one that claimed before', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const browser = createFakeBrowser({ hasLocks: false, seed, latencyMs: 300 });
      const [one, other] = [browser.openTab({ isVisible: false }), browser.openTab({ isVisible: false })];
      await browser.run(5000);
      browser.sleep(10 * minute);
      browser.wake(one);
      await browser.run(25 * (seed % 24));
      browser.wake(other);
      await browser.run(10_000);
      assert.equal(browser.network.mostRefreshes, 1, `seed ${seed}`);
      assert.equal(browser.server.refreshes.length, 1, `seed ${seed}`);
    }
  });

  test('without Web Locks a killed winner of the election holds the others up but signs nobody out', async () => {
    const browser = createFakeBrowser({ hasLocks: false, latencyMs: 2000 });
    const tabs = Array.from({ length: 3 }, () => browser.openTab({ isVisible: false }));
    await browser.run(10_000);
    browser.sleep(10 * minute);
    for (const tab of tabs) browser.wake(tab);
    await browser.run(400);
    const winner = tabs.find(({ name }) => name === browser.network.lastRefreshBy);
    assert.ok(winner);
    browser.killTab(winner);
    await browser.run(2 * minute);
    assert.deepEqual(browser.states(), ['signed-in', 'signed-in']);
  });

  test('with neither locks nor channel the lost-reply window of the server keeps everybody signed in', async () => {
    const browser = createFakeBrowser({ hasLocks: false, hasChannel: false });
    for (let n = 0; n < 3; n += 1) browser.openTab();
    for (let round = 0; round < 30; round += 1) {
      for (const tab of browser.tabs) browser.act(tab);
      await browser.run(4 * minute);
    }
    assert.deepEqual(browser.states(), ['signed-in', 'signed-in', 'signed-in']);
  });
});
