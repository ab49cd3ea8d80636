import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generousLimits, noLimits } from '@argus/server';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { chrome, userAgent } from '@argus/testing/user-agent';
import { waiting } from './mail-stage.ts';
import { administrator, openStage, password, someone, withKey } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

/** What came beside the link that confirms the address, which every new account is sent. */
async function told(at: TestServer, email: string) {
  return (await mailsTo(at, email)).filter(({ kind }) => kind !== 'verify-email');
}

const signUp = (email: string, name = 'Mallory') =>
  userAgent(server).call('signUp', { body: { email, password: 'what a stranger typed', name } });

describe('an invitation', () => {
  test('is mailed to whom it is for, with the very link that the operator sees', async () => {
    const headers = await withKey(server);
    const email = 'guest@example.org';
    const { body } = await userAgent(server).call('adminCreateUser', {
      headers,
      body: { email, name: 'Grace' },
    });
    const [mail, ...more] = await mailsTo(server, email);
    assert.ok(mail);
    assert.equal(more.length, 0);
    assert.deepEqual([mail.kind, linkIn(mail).href], ['invitation', body.link]);
    assert.match(mail.text, /^Hello Grace,/);
    const { pathname, search } = linkIn(mail);
    assert.equal((await userAgent(server).fetch(`${pathname}${search}`)).status, 200);
    const token = new URL(body.link).searchParams.get('token');
    const used = await userAgent(server).call('useLink', { body: { token, password } });
    assert.equal(used.body.user.email, email);
  });

  test('of somebody who is here already is not mailed', async () => {
    const { browser } = await administrator(server);
    const { email } = await someone(server);
    const { status } = await browser.call('adminCreateUser', { body: { email } });
    assert.equal(status, 409);
    assert.deepEqual(await told(server, email), []);
  });
});

describe('a try to sign up with a known address', () => {
  test('is told to its owner, by the own name, with where it came from and a way in', async () => {
    const { email } = await someone(server);
    await signUp(email);
    const [mail, ...more] = await told(server, email);
    assert.ok(mail);
    assert.equal(more.length, 0);
    assert.equal(mail.kind, 'known-address');
    assert.match(mail.text, /^Hello Person \d+,/);
    assert.match(mail.text, /Chrome on Linux/);
    assert.match(mail.text, /127\.0\.0\.1/);
    assert.ok(!/Mallory|stranger/.test(mail.text) && chrome.includes('Chrome'));
    const page = await userAgent(server).fetch(linkIn(mail).pathname);
    assert.equal(page.status, 200);
  });

  test('does not fill the mailbox of its owner', async () => {
    await using limited = await openStage({
      parts: { limits: { ...noLimits, causedMail: generousLimits.causedMail } },
    });
    const { email } = await someone(limited);
    const again = () =>
      userAgent(limited).call('signUp', { body: { email, password: 'what a stranger typed' } });
    for (let count = 0; count < 6; count += 1) {
      const { status, body } = await again();
      assert.deepEqual([status, body], [201, { state: 'sign-in' }]);
    }
    // The account's own sign-up took one.
    assert.equal((await told(limited, email)).length, generousLimits.causedMail.burst - 1);
    limited.clock.advance(3_600_000);
    await again();
    assert.equal((await told(limited, email)).length, generousLimits.causedMail.burst);
  });

  test('while no mail leaves adds up to five', async () => {
    const { email } = await someone(server);
    await mailsTo(server, email);
    for (let count = 0; count < 8; count += 1) await signUp(email);
    assert.equal(await waiting(server), 5);
    assert.equal((await told(server, email)).length, 5);
  });
});
