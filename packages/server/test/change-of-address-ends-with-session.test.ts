import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { claimsOf } from './authenticator-stage.ts';
import { openStage, signIn, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

test('a change of the address does not outlive the session that asked for it, once its owner ends that', async () => {
  for (const isOne of [true, false]) {
    const owner = await someone(server);
    const thief = userAgent(server);
    await signIn(thief, owner.email);
    const to = `kept-${isOne}@evil.example`;
    server.clock.advance(1_000);
    assert.equal((await thief.call('changeEmail', { body: { email: to } })).status, 202);
    const mail = (await mailsTo(server, to)).at(-1);
    assert.ok(mail);
    const token = linkIn(mail).searchParams.get('token') ?? '';
    const id = String(claimsOf(thief).sid);
    const ended = isOne
      ? await owner.browser.call('endOneSession', { params: { id } })
      : await owner.browser.call('endOtherSessions');
    assert.ok(ended.status < 300, `${ended.status}`);
    assert.equal((await userAgent(server).call('verifyEmail', { body: { token } })).status, 410);
    assert.equal((await owner.browser.call('getSession')).body.user.email, owner.email);
  }
});
