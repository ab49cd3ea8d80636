import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { generousLimits } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { eventsOf, type Holder, newHolder, say } from './oauth-holders.ts';
import { basic, hiddenFields, openProvider, post, registerClient } from './oauth-stage.ts';

const grantTypes = ['urn:ietf:params:oauth:grant-type:device_code'] as const;
const path = '/oauth/device_authorization';
const scope = 'openid';
let server: TestServer;

before(async () => {
  const oauth = { burst: 5, everySeconds: 60 };
  const deviceAuthorization = { burst: 8, everySeconds: 60 };
  server = await openProvider({ parts: { limits: { ...generousLimits, oauth, deviceAuthorization } } });
  await registerClient(server, 'tv', { type: 'public', grantTypes: [...grantTypes] });
  await registerClient(server, 'printer', { grantTypes: [...grantTypes] });
});
after(() => server[Symbol.asyncDispose]());

async function type({ browser }: Holder, userCode: string, to = '/device') {
  const { formToken = '' } = hiddenFields(await (await browser.fetch('/device')).text());
  const answer = await post(browser, to, { formToken, userCode, decision: 'allow' });
  return { status: answer.status, page: await answer.text() };
}

test('a person who types wrong codes is slowed down, whichever form takes them, and can go on after a while', async () => {
  const { body } = await say(server, path, { scope }, basic('printer'));
  const guesser = await newHolder(server);
  const { burst, everySeconds } = generousLimits.userCode;
  for (let guess = 0; guess < burst; guess += 1)
    assert.equal((await type(guesser, 'BCDF-GHJK', guess % 2 ? '/device' : '/device/decide')).status, 404);
  const slowed = await type(guesser, body.user_code);
  assert.equal(slowed.status, 429, 'even the right code is not looked at');
  assert.match(slowed.page, /Too many tries/);
  assert.equal((await type(guesser, body.user_code, '/device/decide')).status, 429);
  const told = await eventsOf(server, 'tries.slowed');
  assert.deepEqual(
    told.map(({ reason, userId }) => [reason, userId]),
    [['userCode', guesser.userId]],
  );
  const other = await newHolder(server);
  assert.equal((await type(other, body.user_code)).status, 200, 'nobody else is held up');
  server.clock.advance(everySeconds * 1000);
  assert.equal((await type(guesser, body.user_code)).status, 200);
});

test('right codes use nothing up', async () => {
  const person = await newHolder(server);
  const { body } = await say(server, path, { scope }, basic('printer'));
  for (let round = 0; round < generousLimits.userCode.burst + 2; round += 1)
    assert.equal((await type(person, body.user_code)).status, 200);
});

test('a public client can begin only so often from one network, and any client only so often', async () => {
  const begin = async (fields: object, headers = {}) =>
    (await say(server, path, { scope, ...fields }, headers)).status;
  for (let round = 0; round < 5; round += 1) assert.equal(await begin({ client_id: 'tv' }), 200);
  assert.equal(await begin({ client_id: 'tv' }), 429);
  const before = await waiting();
  // Two were begun above.
  for (let round = 0; round < 6; round += 1) assert.equal(await begin({}, basic('printer')), 200);
  assert.equal(await begin({}, basic('printer')), 429);
  assert.equal((await waiting()) - before, 6);
});

async function waiting(): Promise<number> {
  const { rows } = await server.argus.services.store.pool.query(
    'SELECT count(*)::int AS n FROM device_authorizations',
  );
  return rows[0].n;
}
