import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SessionError, type StepUp } from '../src/index.ts';
import { createFakeBrowser, type FakeBrowser, type Tab } from './fake-browser.ts';
import type { FakeWindow } from './fake-windows.ts';

const minute = 60_000;
const aal2 = 'urn:argus:aal2';

/** A tab of a person who signed in ten minutes ago. */
async function opened(): Promise<{ browser: FakeBrowser; tab: Tab }> {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  await browser.run(10 * minute);
  return { browser, tab };
}

/** What became of a call: `''` when it resolved, else the code of its error; null while it waits. */
function watch(tab: Tab, asked?: StepUp): { end: string | null } {
  const seen: { end: string | null } = { end: null };
  tab.session.stepUp(asked).then(
    () => {
      seen.end = '';
    },
    (error: unknown) => {
      seen.end = error instanceof SessionError ? error.code : String(error);
    },
  );
  return seen;
}

function windowOf({ windows }: Tab): FakeWindow {
  return windows.at(-1) ?? assert.fail('no window was opened');
}

/** The person proves something in the window, whose last page says so. */
async function prove(browser: FakeBrowser, tab: Tab, acr?: typeof aal2): Promise<void> {
  browser.network.jar = browser.server.stepUp(acr);
  windowOf(tab).say('done');
  await browser.run(1000);
}

describe('session.stepUp', () => {
  test('opens no window when the session meets what is asked', async () => {
    const { browser, tab } = await opened();
    const calls = [watch(tab, { acr: 'urn:argus:aal1' }), watch(tab, { maxAge: 700 })];
    await browser.run(0);
    assert.deepEqual(
      calls.map(({ end }) => end),
      ['', ''],
    );
    assert.equal(tab.windows.length, 0);
  });

  test('opens the page of Argus with the level, and resolves in every tab when the person proved it', async () => {
    const { browser, tab } = await opened();
    const other = browser.openTab({ isVisible: false });
    await browser.run(1000);
    const call = watch(tab, { acr: aal2 });
    await browser.run(500);
    const { url } = windowOf(tab);
    assert.deepEqual([url.pathname, url.searchParams.get('acr')], ['/step-up', aal2]);
    assert.equal(call.end, null);
    await prove(browser, tab, aal2);
    assert.equal(call.end, '');
    assert.ok(windowOf(tab).closed);
    for (const { session } of [tab, other]) {
      assert.equal(session.current.state === 'signed-in' && session.current.session.acr, aal2);
    }
  });

  test('without a wish asks for any proof that is new', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab);
    await browser.run(500);
    await prove(browser, tab);
    assert.equal(call.end, '');
  });

  test('opens one window for calls at the same time', async () => {
    const { browser, tab } = await opened();
    const calls = [watch(tab, { maxAge: 60 }), watch(tab), watch(tab, { maxAge: 0 })];
    await browser.run(500);
    assert.equal(tab.windows.length, 1);
    await prove(browser, tab);
    assert.deepEqual(
      calls.map(({ end }) => end),
      ['', '', ''],
    );
  });

  test('opens another window after the first for a call that asks for more', async () => {
    const { browser, tab } = await opened();
    const [less, more] = [watch(tab, { maxAge: 60 }), watch(tab, { acr: aal2 })];
    await browser.run(500);
    await prove(browser, tab);
    assert.deepEqual([less.end, more.end, tab.windows.length], ['', null, 2]);
    await prove(browser, tab, aal2);
    assert.equal(more.end, '');
  });

  test('a window of one tab says nothing to another', async () => {
    const { browser, tab } = await opened();
    const other = browser.openTab();
    await browser.run(1000);
    const [one, two] = [watch(tab), watch(other)];
    await browser.run(500);
    windowOf(tab).say('closed');
    await browser.run(500);
    assert.deepEqual([one.end, two.end], ['closed', null]);
  });

  test('rejects when less was proved than asked', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab, { acr: aal2 });
    await browser.run(500);
    await prove(browser, tab);
    assert.equal(call.end, 'insufficient');
  });

  test('rejects when the browser lets no window open', async () => {
    const { browser, tab } = await opened();
    tab.isBlocking = true;
    const call = watch(tab);
    await browser.run(0);
    assert.equal(call.end, 'blocked');
  });

  test('rejects without a window when nobody is signed in', async () => {
    const browser = createFakeBrowser();
    browser.clearCookies();
    const tab = browser.openTab();
    await browser.run(1000);
    const call = watch(tab);
    await browser.run(0);
    assert.deepEqual([call.end, tab.windows.length], ['session-ended', 0]);
  });

  test('rejects when the session ends elsewhere while the window is open', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab);
    await browser.run(500);
    browser.server.session.isEnded = true;
    browser.wake(tab);
    await browser.run(1000);
    assert.equal(call.end, 'session-ended');
    assert.ok(windowOf(tab).closed);
  });

  test('counts no proof of somebody who signed in meanwhile', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab);
    await browser.run(500);
    browser.signInElsewhere();
    windowOf(tab).say('done');
    await browser.run(1000);
    assert.equal(call.end, 'session-ended');
  });

  test('gives up by its signal, and the window closes with the last one who waits', async () => {
    const { browser, tab } = await opened();
    const [one, two] = [new AbortController(), new AbortController()];
    const calls = [watch(tab, { signal: one.signal }), watch(tab, { signal: two.signal })];
    await browser.run(500);
    one.abort('one');
    await browser.run(0);
    assert.deepEqual([calls[0]?.end, calls[1]?.end, windowOf(tab).closed], ['one', null, false]);
    two.abort('two');
    await browser.run(0);
    assert.deepEqual([calls[1]?.end, windowOf(tab).closed], ['two', true]);
  });
});

describe('a window that is closed', () => {
  test('says so itself', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab);
    await browser.run(500);
    windowOf(tab).say('open');
    windowOf(tab).say('closed');
    await browser.run(1000);
    assert.equal(call.end, 'closed');
  });

  test('without a word is noticed when the person is back', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab);
    await browser.run(500);
    windowOf(tab).close();
    await browser.run(5000);
    assert.equal(call.end, 'closed');
  });

  test('is not one that is out of reach while its page says that it is there', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab);
    await browser.run(500);
    windowOf(tab).say('open');
    windowOf(tab).closed = true;
    tab.hasFocus = true;
    await browser.run(minute);
    assert.equal(call.end, null);
    await prove(browser, tab);
    assert.equal(call.end, '');
  });

  test('is not one that is at another provider while the person is there', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab);
    await browser.run(500);
    windowOf(tab).say('open');
    windowOf(tab).say('left');
    windowOf(tab).closed = true;
    await browser.run(minute);
    assert.equal(call.end, null);
    await prove(browser, tab);
    assert.equal(call.end, '');
  });

  test('after a proof that no script could tell of has done its work', async () => {
    const { browser, tab } = await opened();
    const call = watch(tab);
    await browser.run(500);
    browser.network.jar = browser.server.stepUp();
    windowOf(tab).close();
    browser.wake(tab);
    await browser.run(1000);
    assert.equal(call.end, '');
  });

  test('leaves no timer, listener or channel behind', async () => {
    const { browser, tab } = await opened();
    const before = tab.wakes.size;
    const call = watch(tab);
    await browser.run(500);
    windowOf(tab).say('closed');
    await browser.run(1000);
    assert.equal(call.end, 'closed');
    assert.equal(tab.wakes.size, before);
    tab.session.stop();
    const { sent } = browser.network;
    await browser.run(10 * minute);
    assert.equal(browser.network.sent, sent);
  });
});
