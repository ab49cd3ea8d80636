import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { onTheBeat } from '../src/services/pace.ts';
import { openStage, password } from './stage.ts';

describe('answers that could tell by their time who has an account', () => {
  let server: TestServer;
  let held = 0;
  const known = 'known@example.org';
  const pace = async () => {
    held += 1;
  };

  before(async () => {
    server = await openStage({ parts: { pace } });
    await userAgent(server).call('signUp', { body: { email: known, password } });
  });
  after(() => server[Symbol.asyncDispose]());

  for (const identifier of [known, 'nobody@example.org']) {
    const calls = [
      ['signIn', { identifier, password: 'not the password of anyone' }],
      ['beginRecovery', { email: identifier }],
      ['signUp', { email: identifier, password }],
    ] as const;
    for (const [endpoint, body] of calls) {
      test(`leave on the beat: ${endpoint} about ${identifier}`, async () => {
        held = 0;
        await userAgent(server).call(endpoint, { body });
        assert.equal(held, 1);
      });
    }
  }

  for (const path of ['/sign-in', '/recover', '/sign-up']) {
    test(`leave on the beat: the form of ${path}`, async () => {
      held = 0;
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
      };
      const { status } = await fetch(new URL(path, server.url), {
        method: 'POST',
        headers,
        body: 'identifier=a&email=a',
      });
      assert.ok(status >= 400);
      assert.equal(held, 1);
    });
  }

  test('a sign-in that worked need not wait', async () => {
    held = 0;
    const { status } = await userAgent(server).call('signIn', { body: { identifier: known, password } });
    assert.equal(status, 200);
    assert.equal(held, 0);
  });
});

test('an answer waits for the rest of its beat, and for no more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const [took, rest] of [
    [0.013, 37],
    [0.0499, 1],
    [0.12, 30],
  ] as const) {
    let hasLeft = false;
    const leaving = onTheBeat(took).then(() => {
      hasLeft = true;
    });
    t.mock.timers.tick(rest - 1);
    await Promise.resolve();
    assert.equal(hasLeft, false, `${took} s`);
    t.mock.timers.tick(1);
    await leaving;
  }
});
