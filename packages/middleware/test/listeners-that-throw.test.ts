import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { guardWith, linkTo, openArgus, registerService, signedIn, until, untilLive } from './link-stage.ts';

let server: TestServer;
before(async () => {
  server = await openArgus();
});
after(() => server[Symbol.asyncDispose]());

test('a listener that throws keeps neither the link from being live nor another from hearing', async () => {
  const { browser, sessionId, request } = await signedIn(server);
  const registered = await registerService(server, 'notes-api');
  await using first = linkTo(server, registered);
  await untilLive(first);
  await browser.call('endSession');
  await until(async () => !(await guardWith(server, first).check(request())).ok, 'the end is known');
  // The snapshot tells of it: whoever could not be told would begin again and again.
  await using argus = linkTo(server, registered);
  const warned = once(process, 'warning');
  const heard: string[] = [];
  argus.onEnd(() => {
    throw new Error('no such socket');
  });
  const stop = argus.onEnd(({ of }) => void heard.push(of));
  await untilLive(argus);
  assert.ok(heard.includes(sessionId));
  assert.match(String((await warned)[0]), /no such socket/);
  const { streams } = argus.state();
  stop();
  const before = heard.length;
  const later = await signedIn(server);
  await later.browser.call('endSession');
  await until(
    async () => !(await guardWith(server, argus).check(later.request())).ok,
    'what ends is still refused',
  );
  assert.deepEqual([heard.length, argus.state().streams], [before, streams]);
});
