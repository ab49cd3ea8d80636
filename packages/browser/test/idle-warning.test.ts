import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFakeBrowser, type FakeBrowser, type Tab, type TabSettings, work } from './fake-browser.ts';

const minute = 60_000;

/** Two tabs, idle for so long that the warning is half over. */
async function warned(settings: TabSettings = {}): Promise<{ browser: FakeBrowser; front: Tab; back: Tab }> {
  const browser = createFakeBrowser();
  const [front, back] = [browser.openTab(settings), browser.openTab({ ...settings, isVisible: false })];
  await browser.run(29.5 * minute);
  return { browser, front, back };
}

function warningOf({ session: { current } }: Tab) {
  return current.state === 'signed-in' ? current.idleWarning : undefined;
}

describe('idle warning', () => {
  test('comes a minute before the idle limit, in every tab, and says when the session ends', async () => {
    const browser = createFakeBrowser();
    const tabs = [browser.openTab(), browser.openTab({ isVisible: false })];
    await browser.run(28.9 * minute);
    assert.deepEqual(tabs.map(warningOf), [null, null]);
    await browser.run(0.2 * minute);
    const warning = { endsAt: browser.server.session.idleExpiresAt, canStay: true };
    assert.deepEqual(tabs.map(warningOf), [warning, warning]);
  });

  test('a timer alone keeps nobody signed in: without activity the session ends at the idle limit', async () => {
    const browser = createFakeBrowser();
    const tabs = [browser.openTab({ isVisible: false }), browser.openTab({ isVisible: false })];
    const idleExpiresAt = browser.server.session.idleExpiresAt;
    await browser.run(31 * minute);
    assert.equal(browser.server.session.idleExpiresAt, idleExpiresAt);
    assert.deepEqual(browser.states(), ['ended', 'ended']);
    assert.ok(browser.server.refreshes.every(({ idleSeconds }) => idleSeconds === undefined));
    assert.ok(tabs.length === 2);
  });

  test('a session that nobody uses is not refreshed over and over at its end', async () => {
    const browser = createFakeBrowser();
    browser.openTab({ isVisible: false });
    await browser.run(40 * minute);
    assert.ok(browser.server.refreshes.length <= 9, `${browser.server.refreshes.length} refreshes`);
  });

  test('activity in any tab is reported by whichever tab refreshes', async () => {
    const browser = createFakeBrowser();
    const [front] = [
      browser.openTab(),
      browser.openTab({ isVisible: false }),
      browser.openTab({ isVisible: false }),
    ];
    await work(browser, front, { everyMs: 5000, forMs: 60 * minute });
    const { refreshes } = browser.server;
    assert.ok(new Set(refreshes.map(({ tab }) => tab)).size > 1, 'more than one tab refreshed');
    assert.ok(refreshes.every(({ idleSeconds }) => idleSeconds !== undefined && idleSeconds <= 6));
  });

  test('a person who works is never warned', async () => {
    const browser = createFakeBrowser({
      limits: { accessMs: 5 * minute, idleMs: 2 * minute, absoluteMs: 600 * minute },
    });
    const [front, back] = [browser.openTab(), browser.openTab({ isVisible: false })];
    const seen: unknown[] = [];
    for (const tab of [front, back]) tab.session.subscribe(() => seen.push(warningOf(tab)));
    await work(browser, front, { everyMs: 15_000, forMs: 60 * minute });
    assert.deepEqual(
      seen.filter((warning) => warning),
      [],
    );
    assert.deepEqual(browser.states(), ['signed-in', 'signed-in']);
  });

  test('staySignedIn() moves the end and takes the warning away in every tab', async () => {
    const { browser, front, back } = await warned();
    const stayed = front.session.staySignedIn();
    await browser.run(1000);
    assert.equal(await stayed, true);
    assert.deepEqual([front, back].map(warningOf), [null, null]);
    assert.ok(browser.server.session.idleExpiresAt > browser.now() + 29 * minute);
  });

  test('staySignedIn() says false when the session had ended already', async () => {
    const { browser, front } = await warned();
    browser.server.session.isEnded = true;
    const stayed = front.session.staySignedIn();
    await browser.run(1000);
    assert.equal(await stayed, false);
    assert.equal(front.session.current.state, 'ended');
  });

  test('staySignedIn() says false offline, and the warning stays', async () => {
    const { browser, front } = await warned();
    browser.network.isOnline = false;
    const stayed = front.session.staySignedIn();
    await browser.run(1000);
    assert.equal(await stayed, false);
    assert.equal(warningOf(front)?.canStay, true);
  });

  test('activity during the warning keeps the person signed in', async () => {
    const { browser, front, back } = await warned();
    browser.act(front);
    await browser.run(1000);
    assert.deepEqual([front, back].map(warningOf), [null, null]);
  });

  test('where it is so configured only staySignedIn() does, and mere activity does not', async () => {
    const { browser, front, back } = await warned({ activityExtends: false });
    await work(browser, front, { everyMs: 1000, forMs: minute });
    assert.deepEqual(browser.states(), ['ended', 'ended']);
    assert.equal(warningOf(back), undefined);
  });

  test('with that configuration staySignedIn() still works', async () => {
    const { browser, front, back } = await warned({ activityExtends: false });
    const stayed = back.session.staySignedIn();
    await browser.run(1000);
    assert.equal(await stayed, true);
    assert.deepEqual([front, back].map(warningOf), [null, null]);
  });

  test('the absolute limit is warned of as well, and nothing helps against it', async () => {
    const limits = { accessMs: 5 * minute, idleMs: 30 * minute, absoluteMs: 45 * minute };
    const browser = createFakeBrowser({ limits });
    const tab = browser.openTab();
    await work(browser, tab, { everyMs: 10_000, forMs: 44.5 * minute });
    assert.deepEqual(warningOf(tab), { endsAt: browser.server.session.absoluteExpiresAt, canStay: false });
    const stayed = tab.session.staySignedIn();
    await browser.run(1000);
    assert.equal(await stayed, false);
    await browser.run(minute);
    assert.equal(tab.session.current.state, 'ended');
  });

  test('with a clock that is wrong the warning still ends when the server’s limit does', async () => {
    const browser = createFakeBrowser({ clockAheadMs: 60 * minute });
    const tab = browser.openTab();
    await browser.run(29.5 * minute);
    const endsAt = (warningOf(tab)?.endsAt ?? 0) - 60 * minute;
    assert.ok(Math.abs(endsAt - browser.server.session.idleExpiresAt) < 2000);
  });
});

describe('countdown', () => {
  test('tells every second once, down to zero, and then that there is no warning', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab({ warnSeconds: 5 });
    const told: (number | null)[] = [];
    tab.session.countdown((seconds) => told.push(seconds));
    await browser.run(31 * minute);
    assert.deepEqual(told, [null, 5, 4, 3, 2, 1, 0, null]);
  });

  test('tells null as soon as the person stays', async () => {
    const { browser, front } = await warned();
    const leftMs = (warningOf(front)?.endsAt ?? 0) - browser.now();
    const told: (number | null)[] = [];
    const stop = front.session.countdown((seconds) => told.push(seconds));
    browser.act(front);
    await browser.run(1500);
    stop();
    assert.equal(told.at(0), Math.ceil(leftMs / 1000));
    assert.equal(told.at(-1), null);
  });
});
