import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { GatewayOptions } from '../src/index.ts';
import { openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());

test('what the link to Argus knows to be over is refused at once, and what nobody can know waits', async () => {
  let standing: 'live' | 'ended' | 'unknown' = 'live';
  const argus = {
    revocations: { standingOf: () => standing },
    onKeysChanged: () => undefined,
    state: () => ({}) as never, // not read here
  } as NonNullable<GatewayOptions['argus']>;
  const app = await stage.open({ origin: stage.app.origin, argus });
  const browser = stage.browser();
  assert.equal((await browser.visit(`${stage.app.origin}/me`)).status, 200);
  assert.equal((await browser.call(`${app.origin}/me`)).status, 200);
  standing = 'unknown';
  const waiting = await browser.call(`${app.origin}/me`);
  assert.equal(waiting.status, 503);
  assert.deepEqual(waiting.headers.getSetCookie(), []);
  assert.equal((await browser.load(`${app.origin}/me`)).headers.get('refresh'), '1');
  standing = 'ended';
  const refused = await browser.copy().call(`${app.origin}/me`);
  assert.equal((await refused.json()).code, 'session_ended');
  assert.equal((await browser.load(`${app.origin}/me`)).status, 303, 'to sign in again');
});
