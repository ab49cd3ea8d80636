import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { type Argus, argusMetrics, type Protection, protect } from '../src/index.ts';
import {
  guardWith,
  issuer,
  linkTo,
  openArgus,
  operatorHeaders,
  registerService,
  signedIn,
  until,
  untilLive,
} from './link-stage.ts';

let server: TestServer;
let argus: Argus;
let guard: Protection;
before(async () => {
  server = await openArgus();
  argus = linkTo(server, await registerService(server, 'notes-api'));
  guard = guardWith(server, argus);
  await untilLive(argus);
});
after(async () => {
  await argus.close();
  await server[Symbol.asyncDispose]();
});

async function reasonFor(request: Request): Promise<string> {
  const verdict = await guard.check(request);
  return verdict.ok ? 'let in' : verdict.reason;
}

describe('an access token that lives for minutes yet is refused at once when', () => {
  test('its person signs out', async () => {
    const { browser, request } = await signedIn(server);
    assert.equal(await reasonFor(request()), 'let in');
    await browser.call('endSession');
    await until(async () => (await reasonFor(request())) === 'ended', 'the API refuses it');
    const verdict = await guard.check(request());
    assert.equal(verdict.ok ? 200 : verdict.response.status, 401);
    assert.match(verdict.ok ? '' : (verdict.response.headers.get('www-authenticate') ?? ''), /invalid_token/);
  });

  test('its person ends it from another device', async () => {
    const [here, there] = [await signedIn(server), await signedIn(server)];
    assert.equal(await reasonFor(there.request()), 'let in');
    const headers = await operatorHeaders(server);
    await here.browser.call('adminEndSession', { headers, params: { id: there.sessionId }, query: {} });
    await until(async () => (await reasonFor(there.request())) === 'ended', 'the API refuses it');
    assert.equal(await reasonFor(here.request()), 'let in', 'and nobody else');
  });

  test('an administrator disables its person', async () => {
    const { browser, userId, request } = await signedIn(server);
    const headers = await operatorHeaders(server);
    const change = { headers, params: { id: userId }, body: { status: 'disabled' } };
    assert.equal((await browser.call('adminChangeUser', change)).status, 200);
    await until(async () => (await reasonFor(request())) === 'ended', 'the API refuses it');
  });

  test('its grant is replaced by a step-up', async () => {
    const { browser, request } = await signedIn(server);
    const proved = await browser.call('stepUpWithPassword', {
      body: { password: 'correct horse battery staple' },
    });
    assert.equal(proved.status, 200);
    await until(
      async () => (await reasonFor(request())) === 'ended',
      'the API refuses the token from before',
    );
  });
});

test('a token that was never seen here is refused, too, when its session ended before it came', async () => {
  const { browser, request } = await signedIn(server);
  await browser.call('endSession');
  const { entries } = argus.state().revocations;
  await until(() => argus.state().revocations.entries > entries || entries > 0, 'the end is heard');
  await until(async () => (await reasonFor(request())) === 'ended', 'the API refuses it');
});

test('whoever comes later learns by a snapshot what ended before', async () => {
  const { browser, request } = await signedIn(server);
  await browser.call('endSession');
  await until(async () => (await reasonFor(request())) === 'ended', 'the first API refuses it');
  await using late = linkTo(server, await registerService(server, 'late-api'));
  await untilLive(late);
  const verdict = await guardWith(server, late).check(request());
  assert.equal(verdict.ok ? 'let in' : verdict.reason, 'ended');
});

test('how the link is can be read in metrics, and in a header where an application wants it', async () => {
  const { request } = await signedIn(server);
  const telling = protect({
    issuer,
    jwksUrl: `${server.url}/.well-known/jwks.json`,
    clock: server.clock,
    argus,
    showsFeed: true,
  });
  const verdict = await telling.check(request());
  assert.deepEqual(verdict.ok && verdict.headers, { 'argus-feed': 'live' });
  const silent = await guard.check(request());
  assert.equal(silent.ok && silent.headers, undefined);
  const page = argusMetrics(argus.state());
  assert.match(page, /^argus_link_feed\{state="live"\} 1$/m);
  assert.match(page, /^argus_link_feed\{state="stale"\} 0$/m);
  assert.match(page, /^argus_link_heard_timestamp_seconds \d+$/m);
});

test('without a call for each request: one stream, and nothing else', async () => {
  let calls = 0;
  const counting: typeof fetch = (input, init) => {
    calls += 1;
    return fetch(input, init);
  };
  await using link = linkTo(server, await registerService(server, 'counting-api'), { fetch: counting });
  await untilLive(link);
  const door = guardWith(server, link);
  const { request } = await signedIn(server);
  const before = calls;
  for (let n = 0; n < 100; n += 1) assert.ok((await door.check(request())).ok);
  assert.equal(calls, before);
});
