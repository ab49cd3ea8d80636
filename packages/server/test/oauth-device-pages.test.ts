import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { begin, decide, deviceGrants, formTokenOf, poll, type } from './oauth-devices.ts';
import { addTenant, type Holder, newHolder, say } from './oauth-holders.ts';
import { browserOf, hiddenFields, openProvider, post, registerClient } from './oauth-stage.ts';
import { holdings } from './stage.ts';

let server: TestServer;
let holder: Holder;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'tv', { type: 'public', grantTypes: deviceGrants });
});
beforeEach(async () => {
  holder = await newHolder(server);
});
after(() => server[Symbol.asyncDispose]());

test('following a link decides nothing', async () => {
  const { verification_uri_complete } = await begin(server);
  const before = await holdings(server);
  const { pathname, search } = new URL(verification_uri_complete);
  assert.equal((await holder.browser.fetch(`${pathname}${search}`)).status, 200);
  assert.deepEqual(await holdings(server), before);
});

test('a form of another session, of none or from another site decides nothing', async () => {
  const { user_code, device_code } = await begin(server);
  const stranger = await newHolder(server);
  const formToken = await formTokenOf(stranger);
  const fields = { formToken, userCode: user_code, decision: 'allow' };
  for (const path of ['/device', '/device/decide']) {
    assert.equal((await post(holder.browser, path, fields)).status, 403, path);
    assert.equal((await post(browserOf(server), path, fields)).status, 303, path);
    const foreign = await say(server, path, fields, {
      origin: 'https://evil.example',
      cookie: [...stranger.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    });
    assert.equal(foreign.status, 403, path);
  }
  assert.equal((await poll(server, device_code)).body.error, 'authorization_pending');
});

test('an answer that is neither yes nor no is none', async () => {
  const { user_code, device_code } = await begin(server);
  assert.equal((await decide(holder, user_code, 'perhaps')).status, 400);
  assert.equal((await decide(holder, user_code, '')).status, 400);
  assert.equal((await poll(server, device_code)).body.error, 'authorization_pending');
});

test('of two answers at once one counts', async () => {
  const { user_code } = await begin(server);
  const second = await newHolder(server);
  const pages = await Promise.all([type(holder, user_code), type(second, user_code)]);
  const answers = await Promise.all(
    [holder, second].map((person, at) =>
      post(person.browser, '/device/decide', {
        ...hiddenFields(pages[at]?.page ?? ''),
        decision: 'allow',
      }),
    ),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 404]));
});

test('a code of another tenant is nobody’s, and nobody can decide it', async () => {
  const other = await addTenant(server, 'device-far');
  await registerClient(server, 'distant-tv', {
    type: 'public',
    grantTypes: deviceGrants,
    tenant: other,
  });
  const { user_code, device_code } = await begin(server, 'distant-tv');
  assert.equal((await type(holder, user_code)).status, 404);
  const formToken = await formTokenOf(holder);
  const fields = { formToken, userCode: user_code, decision: 'allow' };
  assert.equal((await post(holder.browser, '/device/decide', fields)).status, 404);
  assert.equal((await poll(server, device_code, 'distant-tv')).body.error, 'authorization_pending');
});

test('texts that are no code are told so, whatever they hold', async () => {
  for (const text of ['', 'x', 'AEIO-UAEI', '<script>', 'B'.repeat(5_000), '💣'.repeat(4), 'BCDF-GHJ1']) {
    const { status, page } = await type(holder, text);
    assert.equal(status, 404, text.slice(0, 20));
    assert.ok(!page.includes('<script>'));
  }
});
