import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { balanced, type Policy } from '@argus/core';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import { userAgent } from '@argus/testing/user-agent';
import { byPassword } from './authenticator-stage.ts';
import { openStage, password } from './stage.ts';

const withSignUp = (signUp: Policy['authentication']['signUp']): Policy => ({
  ...balanced,
  authentication: { ...balanced.authentication, signUp },
});
const email = 'newcomer@example.org';

describe('where nobody may sign up alone', () => {
  for (const mode of ['invite', 'closed'] as const)
    test(`(${mode}) a sign-up is refused, and nobody is written to`, async () => {
      const policy = withSignUp({ mode, verifyEmail: 'later' });
      await using server = await openStage({ parts: { policy } });
      const { status, body } = await userAgent(server).call('signUp', { body: { email, password } });
      assert.deepEqual([status, body.code], [403, 'sign_up_closed']);
      assert.deepEqual(await mailsTo(server, email), []);
    });
});

describe('where mail must have arrived before the first session', () => {
  test('a right password leads to the link and to no session, and after the link to one', async () => {
    const policy = withSignUp({ mode: 'open', verifyEmail: 'before-session' });
    await using server = await openStage({ parts: { policy } });
    const browser = userAgent(server);
    await browser.call('signUp', { body: { email, password } });
    assert.deepEqual((await byPassword(browser, email)).body, { state: 'verify-email' });
    assert.equal((await browser.call('getSession')).status, 401);
    const mails = (await mailsTo(server, email)).filter(({ kind }) => kind === 'verify-email');
    assert.equal(mails.length, 2, 'one at the sign-up, and one more because the first may be lost');
    const [first] = mails;
    assert.ok(first);
    const token = linkIn(first).searchParams.get('token');
    assert.equal((await browser.call('verifyEmail', { body: { token } })).status, 200);
    assert.equal((await byPassword(browser, email)).body.state, 'signed-in');
  });
});
