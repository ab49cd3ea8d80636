import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import {
  guardWith,
  linkTo,
  openArgus,
  operatorHeaders,
  registerService,
  signedIn,
  until,
  untilLive,
} from './link-stage.ts';

let server: TestServer;
before(async () => {
  server = await openArgus();
});
after(() => server[Symbol.asyncDispose]());

test('after an emergency no key from before proves anything, past every cool-down, and the feed goes on', async () => {
  await using argus = linkTo(server, await registerService(server, 'notes-api'));
  await untilLive(argus);
  const guard = guardWith(server, argus);
  const old = await signedIn(server);
  assert.ok((await guard.check(old.request())).ok);
  // The directory of keys was fetched a moment ago; it may be fetched again after a second.
  server.clock.advance(2_000);
  const sending = { headers: await operatorHeaders(server), body: { emergency: true } };
  assert.equal((await userAgent(server).call('adminRotateKeys', sending)).status, 200);
  await until(async () => !(await guard.check(old.request())).ok, 'the old token is refused');
  const verdict = await guard.check(old.request());
  assert.equal(verdict.ok ? '' : verdict.reason, 'unknown-key');
  const fresh = await signedIn(server);
  await until(async () => (await guard.check(fresh.request())).ok, 'a new token is taken');
  await until(() => argus.state().feed === 'live' && argus.state().trouble === null, 'the feed is live');
  await fresh.browser.call('endSession');
  await until(async () => !(await guard.check(fresh.request())).ok, 'the end is heard by the new keys');
});
