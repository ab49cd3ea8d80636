import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFakeBrowser, type FakeBrowser, type Tab } from './fake-browser.ts';
import { origin } from './fake-network.ts';

const minute = 60_000;

/** A tab whose access token the server refuses although the client believes in it. */
async function refused(): Promise<{ browser: FakeBrowser; tab: Tab }> {
  const browser = createFakeBrowser();
  const tab = browser.openTab();
  await browser.run(1000);
  browser.network.jar = { ...browser.network.jar, accessExpiresAt: 0 };
  browser.server.calls.length = 0;
  return { browser, tab };
}

async function outcome(browser: FakeBrowser, response: Promise<Response>): Promise<Response> {
  await browser.run(2000);
  return response;
}

describe('session.fetch', () => {
  test('answers a refused access token with one refresh and one more try', async () => {
    const { browser, tab } = await refused();
    const response = await outcome(browser, tab.session.fetch('/api/notes'));
    assert.equal(response.status, 200);
    assert.deepEqual(browser.server.calls, ['GET /api/notes', 'POST /api/session/refresh', 'GET /api/notes']);
  });

  test('makes one refresh for twenty refused requests', async () => {
    const { browser, tab } = await refused();
    const sent = Array.from({ length: 20 }, () => tab.session.fetch('/api/notes'));
    await browser.run(2000);
    for (const response of await Promise.all(sent)) assert.equal(response.status, 200);
    assert.equal(browser.server.refreshes.length, 1);
  });

  test('refreshes first when the token is known to have run out', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    await browser.run(1000);
    browser.sleep(6 * minute);
    browser.server.calls.length = 0;
    const response = await outcome(browser, tab.session.fetch('/api/notes'));
    assert.equal(response.status, 200);
    assert.deepEqual(browser.server.calls, ['POST /api/session/refresh', 'GET /api/notes']);
  });

  test('repeats a body of text but never a stream', async () => {
    const { browser, tab } = await refused();
    const text = await outcome(browser, tab.session.fetch('/api/notes', { method: 'POST', body: '"a"' }));
    assert.equal(text.status, 200);
    browser.network.jar = { ...browser.network.jar, accessExpiresAt: 0 };
    browser.server.calls.length = 0;
    const body = new Blob(['a']).stream();
    const stream = await outcome(browser, tab.session.fetch('/api/notes', { method: 'POST', body }));
    assert.equal(stream.status, 401);
    assert.deepEqual(browser.server.calls, ['POST /api/notes', 'POST /api/session/refresh']);
  });

  test('never repeats the spent body of a Request, but repeats a Request without one', async () => {
    const { browser, tab } = await refused();
    const spent = new Request(`${origin}/api/notes`, { method: 'POST', body: 'a' });
    assert.equal((await outcome(browser, tab.session.fetch(spent))).status, 401);
    browser.network.jar = { ...browser.network.jar, accessExpiresAt: 0 };
    const empty = new Request(`${origin}/api/notes`);
    assert.equal((await outcome(browser, tab.session.fetch(empty))).status, 200);
  });

  test('leaves a 401 alone that is not about the token', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    await browser.run(1000);
    const headers = { 'content-type': 'application/problem+json' };
    const body = JSON.stringify({ code: 'invalid_credentials' });
    browser.server.instead.push(new Response(body, { status: 401, headers }));
    const response = await outcome(
      browser,
      tab.session.fetch('/api/sign-in', { method: 'POST', body: '{}' }),
    );
    assert.equal(response.status, 401);
    assert.equal(browser.server.refreshes.length, 0);
    assert.deepEqual(await response.json(), { code: 'invalid_credentials' });
  });

  test('understands an API that names the error in its bearer challenge', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    await browser.run(1000);
    const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
    browser.server.instead.push(new Response('', { status: 401, headers }));
    const response = await outcome(browser, tab.session.fetch('/api/notes'));
    assert.equal(response.status, 200);
    assert.equal(browser.server.refreshes.length, 1);
  });

  test('tries once more and not for ever when the new token is refused as well', async () => {
    const { browser, tab } = await refused();
    const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
    const no = (): Response => new Response('', { status: 401, headers });
    const before = browser.network.sent;
    const { answer } = browser.server;
    browser.server.answer = (call) => (call.path === '/api/notes' ? { response: no() } : answer(call));
    const response = await outcome(browser, tab.session.fetch('/api/notes'));
    assert.equal(response.status, 401);
    assert.equal(browser.server.refreshes.length, 1);
    assert.equal(browser.network.sent - before, 3);
  });

  test('never refreshes for another origin', async () => {
    const { browser, tab } = await refused();
    const response = await outcome(browser, tab.session.fetch('https://elsewhere.example/api/notes'));
    assert.equal(response.status, 401);
    assert.equal(browser.server.refreshes.length, 0);
  });

  test('asks for no refresh when nobody is signed in', async () => {
    const browser = createFakeBrowser();
    browser.clearCookies();
    const tab = browser.openTab();
    await browser.run(1000);
    browser.server.calls.length = 0;
    assert.equal((await outcome(browser, tab.session.fetch('/api/notes'))).status, 401);
    assert.deepEqual(browser.server.calls, ['GET /api/notes']);
  });

  test('fails as fetch does when the network is down', async () => {
    const browser = createFakeBrowser();
    const tab = browser.openTab();
    await browser.run(1000);
    browser.network.isOnline = false;
    const failed = assert.rejects(tab.session.fetch('/api/notes'), TypeError);
    await browser.run(1000);
    await failed;
  });
});
