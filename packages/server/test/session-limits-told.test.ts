import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { firefox, userAgent } from '@argus/testing/user-agent';
import { elsewhere, phone, setLimit, tryToSignIn } from './session-limit-stage.ts';
import { openStage, refresh, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
  await setLimit(server, { max: 1, onLimit: 'oldest' });
});
after(() => server[Symbol.asyncDispose]());

describe('whose session made room', () => {
  test('hears why, by its own tokens', async () => {
    const person = await someone(server);
    await elsewhere(server, person);
    const copy = person.browser.copy();
    const asked = await person.browser.call('getSession');
    assert.deepEqual([asked.body.code, asked.body.endReason], ['session_ended', 'session-limit']);
    const renewed = await refresh(copy, 0);
    assert.deepEqual([renewed.body.code, renewed.body.endReason], ['session_ended', 'session-limit']);
  });

  test('is told on the sign-in page when they come back', async () => {
    const person = await someone(server);
    await elsewhere(server, person);
    const led = (await person.browser.fetch('/account')).headers.get('location') ?? '';
    assert.equal(led, '/sign-in?returnTo=%2Faccount&notice=session-ended&ended=session-limit');
    const html = await (await person.browser.fetch(led)).text();
    assert.match(html, /has ended to make room for a sign-in elsewhere/);
  });

  test('finds it in the history, with the device that it made room for', async () => {
    const person = await someone(server);
    const newer = await elsewhere(server, person, { 'user-agent': phone });
    const { body } = await newer.browser.call('sessionHistory');
    const [ended] = body.sessions;
    assert.deepEqual(
      [ended.id, ended.endReason, ended.madeRoomFor],
      [person.sessionId, 'session-limit', 'Safari on iOS'],
    );
    const html = await (await newer.browser.fetch('/account')).text();
    assert.match(html, /Ended to make room for a sign-in on <bdi>Safari on iOS<\/bdi>\./);
  });

  test('gets a mail that says from where, once for each sign-in that ended something', async () => {
    const person = await someone(server);
    await mailsTo(server, person.email);
    await elsewhere(server, person, { 'user-agent': firefox });
    const told = (await mailsTo(server, person.email)).filter(({ kind }) => kind === 'made-room');
    assert.equal(told.length, 1);
    const [mail] = told;
    assert.match(mail?.text ?? '', /Firefox on Linux/);
    assert.match(mail?.text ?? '', /127\.0\.0\.1/);
    assert.match(mail?.text ?? '', /\/account#other-sessions/);
    assert.match(mail?.html ?? '', /Firefox on Linux/);
  });

  test('gets none where nothing ended', async () => {
    const person = await someone(server);
    await person.browser.call('endSession');
    await tryToSignIn(userAgent(server), person);
    const kinds = (await mailsTo(server, person.email)).map(({ kind }) => kind);
    assert.ok(!kinds.includes('made-room'));
  });
});

test('who holds a token that was used twice hears no reason: they may be the thief', async () => {
  const person = await someone(server);
  const thief = person.browser.copy({ 'user-agent': firefox });
  await refresh(person.browser, 0);
  server.clock.advance(60_000);
  assert.equal((await refresh(thief, 0)).body.endReason, undefined);
  const { body } = await refresh(person.browser, 0);
  assert.deepEqual([body.code, body.endReason], ['session_ended', undefined]);
});
