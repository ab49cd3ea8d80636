import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFakeBrowser, type FakeBrowser, type Tab, type TabSettings } from './fake-browser.ts';
import { origin } from './fake-network.ts';

const minute = 60_000;

/** An API that takes only a proof of the last five minutes at `/api/notes`, and says so as `challenge` does. */
async function guarded(
  challenge: () => Response,
  settings: TabSettings = { stepUp: 'ask' },
): Promise<{ browser: FakeBrowser; tab: Tab }> {
  const browser = createFakeBrowser();
  const tab = browser.openTab(settings);
  await browser.run(10 * minute);
  const { server } = browser;
  const answer = server.answer;
  server.answer = (call) => {
    const isOld = server.now() - server.session.authTime > 5 * minute;
    if (!call.path.startsWith('/api/notes') || !isOld) return answer(call);
    server.calls.push(`${call.method} ${call.path}`);
    return { response: challenge() };
  };
  server.calls.length = 0;
  return { browser, tab };
}

const byHeader = (): Response =>
  new Response('', {
    status: 401,
    headers: {
      'www-authenticate':
        'Bearer realm="notes", error="insufficient_user_authentication", error_description="A stronger sign-in is needed.", acr_values="urn:argus:aal1", max_age="300"',
    },
  });
const byProblem = (): Response =>
  new Response(JSON.stringify({ status: 401, code: 'insufficient_user_authentication' }), {
    status: 401,
    headers: { 'content-type': 'application/problem+json' },
  });

const times = ({ server }: FakeBrowser): number =>
  server.calls.filter((call) => call.endsWith(' /api/notes')).length;

async function prove(browser: FakeBrowser, tab: Tab): Promise<void> {
  await browser.run(1000);
  browser.network.jar = browser.server.stepUp();
  tab.windows.at(-1)?.say('done');
  await browser.run(1000);
}

describe('session.fetch that steps up', () => {
  for (const [how, challenge] of [
    ['in its challenge (RFC 9470)', byHeader],
    ['in its problem', byProblem],
  ] as const) {
    test(`opens the window for an API that asks ${how}, and sends the request once more`, async () => {
      const { browser, tab } = await guarded(challenge);
      const sent = tab.session.fetch('/api/notes', { method: 'POST', body: '"a"' });
      await prove(browser, tab);
      assert.equal((await sent).status, 200);
      assert.deepEqual([times(browser), tab.windows.length], [2, 1]);
    });
  }

  test('opens one window for many refused requests', async () => {
    const { browser, tab } = await guarded(byHeader);
    const sent = Array.from({ length: 5 }, () => tab.session.fetch('/api/notes'));
    await prove(browser, tab);
    for (const response of await Promise.all(sent)) assert.equal(response.status, 200);
    assert.deepEqual([times(browser), tab.windows.length], [10, 1]);
  });

  test('sends once more and not for ever when the proof was not enough for the API', async () => {
    const { browser, tab } = await guarded(byHeader);
    const { server } = browser;
    const { answer } = server;
    server.answer = (call) => {
      if (call.path !== '/api/notes') return answer(call);
      server.calls.push(`${call.method} ${call.path}`);
      return { response: byHeader() };
    };
    const sent = tab.session.fetch('/api/notes');
    await prove(browser, tab);
    assert.equal((await sent).status, 401);
    assert.deepEqual([times(browser), tab.windows.length], [2, 1]);
  });

  test('asks although the client thinks the proof fresh enough', async () => {
    const { browser, tab } = await guarded(byHeader);
    const strict = (): Response =>
      new Response('', {
        status: 401,
        headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="900"' },
      });
    const { server } = browser;
    const { answer } = server;
    server.answer = (call) =>
      call.path === '/api/strict' && tab.windows.length === 0 ? { response: strict() } : answer(call);
    const sent = tab.session.fetch('/api/strict');
    await prove(browser, tab);
    assert.equal((await sent).status, 200);
    assert.equal(tab.windows.length, 1);
  });

  test('gives the refusal back, still to be read, when the person closes the window', async () => {
    const { browser, tab } = await guarded(byProblem);
    const sent = tab.session.fetch('/api/notes');
    await browser.run(1000);
    tab.windows.at(-1)?.say('closed');
    await browser.run(1000);
    const response = await sent;
    assert.equal(response.status, 401);
    assert.equal((await response.json()).code, 'insufficient_user_authentication');
    assert.equal(times(browser), 1);
  });

  test('rejects as fetch does when its signal is aborted while the window is open', async () => {
    const { browser, tab } = await guarded(byHeader);
    const abort = new AbortController();
    const failed = assert.rejects(tab.session.fetch('/api/notes', { signal: abort.signal }), {
      name: 'AbortError',
    });
    await browser.run(1000);
    abort.abort();
    await browser.run(100);
    await failed;
    assert.equal(tab.windows.at(-1)?.closed, true);
  });

  test('asks nobody for a body that can be sent only once', async () => {
    const { browser, tab } = await guarded(byHeader);
    const body = new Blob(['a']).stream();
    const stream = tab.session.fetch('/api/notes', { method: 'POST', body });
    const spent = tab.session.fetch(new Request(`${origin}/api/notes`, { method: 'POST', body: 'a' }));
    await browser.run(1000);
    assert.deepEqual([(await stream).status, (await spent).status], [401, 401]);
    assert.deepEqual([times(browser), tab.windows.length], [2, 0]);
  });

  test('never steps up for another origin', async () => {
    const { browser, tab } = await guarded(byHeader);
    const sent = tab.session.fetch('https://elsewhere.example/api/notes');
    await browser.run(1000);
    assert.deepEqual([(await sent).status, tab.windows.length], [401, 0]);
  });

  test('does so only where it was chosen, for all calls or for one', async () => {
    const { browser, tab } = await guarded(byHeader, {});
    const untouched = tab.session.fetch('/api/notes');
    await browser.run(1000);
    assert.deepEqual([(await untouched).status, times(browser), tab.windows.length], [401, 1, 0]);
    const chosen = tab.session.fetch('/api/notes', { stepUp: 'ask' });
    await prove(browser, tab);
    assert.deepEqual([(await chosen).status, tab.windows.length], [200, 1]);
    const other = await guarded(byHeader);
    const spared = other.tab.session.fetch('/api/notes', { stepUp: 'pass' });
    await other.browser.run(1000);
    assert.deepEqual([(await spared).status, other.tab.windows.length], [401, 0]);
  });
});
