import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeBrowser } from './fake-browser.ts';

test('a subscriber hears the present state at once and every change after', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  const heard: string[] = [];
  const stop = tab.session.subscribe(({ state }) => heard.push(state));
  await browser.run(1000);
  void tab.session.signOut();
  await browser.run(1000);
  assert.deepEqual(heard, ['unknown', 'signed-in', 'signed-out']);
  stop();
});

test('the state is the same object until something changes', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  await browser.run(1000);
  const before = tab.session.current;
  void tab.session.check();
  await browser.run(1000);
  assert.equal(tab.session.current, before);
});

test('who stopped listening hears nothing more', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  let count = 0;
  tab.session.subscribe(() => {
    count += 1;
  })();
  await browser.run(1000);
  assert.equal(count, 1);
});

test('a subscriber that throws is reported and stops neither the others nor the session', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  const heard: string[] = [];
  const fault = new Error('a bug of the application');
  tab.session.subscribe(() => {
    throw fault;
  });
  tab.session.subscribe(({ state }) => heard.push(state));
  await browser.run(1000);
  assert.deepEqual(heard, ['unknown', 'signed-in']);
  assert.deepEqual(tab.faults, [fault, fault]);
});

test('user code never runs while this tab holds the refresh', async () => {
  const browser = createFakeBrowser({ latencyMs: 100 });
  const tab = browser.openTab({ isVisible: false });
  await browser.run(1000);
  const atNotice: number[] = [];
  tab.session.subscribe(() => atNotice.push(browser.lock.holders()));
  browser.sleep(6 * 60_000);
  browser.wake(tab);
  await browser.run(2000);
  assert.deepEqual(atNotice, [0, 0]);
});

test('after stop nothing is asked any more, and start goes on', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  await browser.run(1000);
  tab.session.stop();
  const before = browser.network.sent;
  await browser.run(3_600_000 / 4);
  assert.equal(browser.network.sent, before);
  assert.equal(tab.activity.size + tab.wakes.size, 0);
  void tab.session.start();
  await browser.run(1000);
  assert.equal(tab.session.current.state, 'signed-in');
});

test('leaving an `await using` block stops the client', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  await browser.run(1000);
  await tab.session[Symbol.asyncDispose]();
  assert.equal(tab.activity.size + tab.wakes.size, 0);
});

test('starting twice is starting once', async () => {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  void tab.session.start();
  await browser.run(1000);
  assert.equal(tab.activity.size, 1);
  assert.deepEqual(browser.server.calls, ['GET /api/session']);
});

test('an answer that was overtaken by a refresh does not set the clock back', async () => {
  const browser = createFakeBrowser({ latencyMs: 400 });
  const tab = browser.openTab({ isVisible: false });
  await browser.run(1000);
  for (let round = 0; round < 20; round += 1) {
    void tab.session.check();
    await browser.run(20);
    void tab.session.staySignedIn();
    const ends: number[] = [];
    const stop = tab.session.subscribe((current) => {
      if (current.state === 'signed-in') ends.push(Date.parse(current.session.expiresAt));
    });
    await browser.run(5000);
    stop();
    assert.deepEqual(
      ends,
      ends.toSorted((one, other) => one - other),
    );
  }
});
