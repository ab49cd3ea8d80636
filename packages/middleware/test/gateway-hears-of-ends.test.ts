import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Argus, connectArgus } from '../src/index.ts';
import { type App, endSessions, openStage, type Stage } from './gateway-stage.ts';
import { registerService, until, untilLive } from './link-stage.ts';

let stage: Stage;
let argus: Argus;
let app: App;
before(async () => {
  stage = await openStage();
  const { serviceKey } = await registerService(stage.argus, 'shop-app');
  const { issuer } = stage;
  argus = connectArgus({ issuer, argusUrl: stage.argus.url, serviceKey, clock: stage.argus.clock });
  await untilLive(argus);
  app = await stage.open({ origin: stage.app.origin, argus });
});
after(async () => {
  await argus.close();
  await stage[Symbol.asyncDispose]();
});

test('a session that ended at Argus is over in the application at the next request, long before its token', async () => {
  const browser = stage.browser();
  assert.equal((await browser.visit(`${stage.app.origin}/me`)).status, 200);
  assert.equal((await browser.call(`${app.origin}/me`)).status, 200);
  const calls = app.line.calls.length;
  await endSessions(stage.argus);
  await until(
    async () => (await browser.call(`${app.origin}/me`)).status === 401,
    'the application refuses it',
  );
  assert.equal(app.line.calls.length, calls, 'without a call to Argus');
  await browser.load(`${app.origin}/`);
  assert.deepEqual([...browser.cookiesOf(app.origin).keys()], [], 'and takes the cookies away');
});

test('while nobody can know, the application asks for a moment’s patience and keeps the cookies', async () => {
  const browser = stage.browser();
  assert.equal((await browser.visit(`${stage.app.origin}/me`)).status, 200);
  await using deaf = connectArgus({
    issuer: stage.issuer,
    argusUrl: 'http://127.0.0.1:9',
    serviceKey: (await registerService(stage.argus, 'deaf-app')).serviceKey,
    clock: stage.argus.clock,
  });
  const waiting = await stage.open({ origin: stage.app.origin, argus: deaf });
  const answer = await browser.call(`${waiting.origin}/me`);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('retry-after'), '1');
  assert.equal((await browser.call(`${app.origin}/me`)).status, 200, 'where Argus is heard they are good');
});
