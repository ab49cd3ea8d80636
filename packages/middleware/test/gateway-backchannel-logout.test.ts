import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deliverLogouts } from '@argus/testing/jobs';
import { seeded } from '@argus/testing/seeded';
import { createEnded } from '../src/gateway/ended.ts';
import { endSessions, openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());

async function signedIn() {
  const browser = stage.browser();
  const landed = await browser.visit(`${stage.app.origin}/me`);
  assert.equal(landed.status, 200);
  const { sessionId: sid, userId: sub } = JSON.parse(landed.body);
  return { browser, sid, sub };
}

/** Signed with Argus's own key, whatever it says. */
async function signed(claims: object, header: object = {}): Promise<string> {
  const { services } = stage.argus.argus;
  const key = services.keys.ring().signing('access', stage.argus.clock.now(), 'RS256');
  const head = { alg: 'RS256', kid: key.kid, typ: 'logout+jwt', ...header };
  const input = [head, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = await key.signer?.sign(Buffer.from(input, 'latin1'));
  return `${input}.${signature?.toString('base64url')}`;
}

let marks = 0;
function claims(more: object = {}): object {
  const iat = Math.floor(stage.argus.clock.now() / 1000);
  marks += 1;
  return {
    iss: stage.issuer,
    aud: 'shop',
    iat,
    exp: iat + 120,
    jti: `mark-${marks}`,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    ...more,
  };
}

const send = (token: string, more: Record<string, string> = {}) =>
  fetch(`${stage.app.origin}/auth/backchannel-logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token, ...more }),
  });

test('a session that ends at Argus is refused here at once, while its tokens still live', async () => {
  const { browser } = await signedIn();
  const { browser: later } = await signedIn();
  await endSessions(stage.argus);
  assert.equal((await browser.copy().call(`${stage.app.origin}/me`)).status, 200, 'nobody has told it yet');
  assert.equal(await deliverLogouts(stage.argus.argus.services, 5000), 2);
  for (const each of [browser, later]) {
    const refused = await each.call(`${stage.app.origin}/me`);
    assert.equal(refused.status, 401);
    assert.equal((await refused.json()).code, 'session_ended');
    await each.load(`${stage.app.origin}/`);
    assert.deepEqual([...each.cookiesOf(stage.app.origin).keys()], []);
  }
  assert.equal((await browser.visit(`${stage.app.origin}/me`)).status, 200, 'a new session is another one');
});

test('a logout token counts once', async () => {
  const { sid, sub } = await signedIn();
  const token = await signed(claims({ sid, sub }));
  const answer = await send(token);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal((await send(token)).status, 400);
});

test('one for a person ends what they began until then, and no later session', async () => {
  const { browser, sub } = await signedIn();
  assert.equal((await send(await signed(claims({ sub })))).status, 200);
  assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 401);
  stage.argus.clock.advance(2000);
  await endSessions(stage.argus);
  const { browser: next } = await signedIn();
  assert.equal((await next.call(`${stage.app.origin}/me`)).status, 200);
});

describe('no logout token is', () => {
  const bad: [string, (about: object) => Promise<string>][] = [
    ['one for another client', (about) => signed(claims({ ...about, aud: 'other' }))],
    ['one of another issuer', (about) => signed(claims({ ...about, iss: 'https://evil.example' }))],
    ['one with a nonce, which may be an ID token', (about) => signed(claims({ ...about, nonce: 'n' }))],
    ['one without the event', (about) => signed(claims({ ...about, events: {} }))],
    ['one that names nobody', () => signed(claims())],
    ['one without a mark', (about) => signed(claims({ ...about, jti: undefined }))],
    ['an old one', (about) => signed(claims({ ...about, iat: 1_700_000_000, exp: 1_700_000_120 }))],
    ['one of tomorrow', (about) => signed(claims({ ...about, iat: 1_900_000_000, exp: 1_900_000_120 }))],
    ['one of another type', (about) => signed(claims(about), { typ: 'JWT' })],
    ['one without a type', (about) => signed(claims(about), { typ: undefined })],
    [
      'one that nobody signed',
      async (about) => `${(await signed(claims(about))).split('.').slice(0, 2).join('.')}.AAAA`,
    ],
    ['nothing', async () => ''],
    ['far too much', async () => 'x'.repeat(20_000)],
  ];
  for (const [what, make] of bad) {
    test(what, async () => {
      const { browser, sid, sub } = await signedIn();
      const answer = await send(await make({ sid, sub }));
      assert.equal(answer.status, 400);
      assert.equal((await answer.json()).error, 'invalid_request');
      assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200);
    });
  }

  test('anything sent as JSON or by GET', async () => {
    const { sid, sub } = await signedIn();
    const token = await signed(claims({ sid, sub }));
    const url = `${stage.app.origin}/auth/backchannel-logout`;
    const json = {
      method: 'POST',
      body: JSON.stringify({ logout_token: token }),
      headers: { 'content-type': 'application/json' },
    };
    assert.equal((await fetch(url, json)).status, 400);
    assert.equal((await fetch(`${url}?logout_token=${token}`)).status, 405);
  });
});

test('the table of what is over is bounded in number and time', () => {
  const { clock } = seeded();
  const ended = createEnded(clock);
  for (let at = 0; at < 12_000; at += 1) ended.end({ sid: `session-${at}` });
  assert.equal(ended.size(), 10_000);
  const about = { sub: 'ada' };
  assert.ok(!ended.isEnded({ ...about, sid: 'session-0' }), 'the oldest is forgotten first');
  assert.ok(ended.isEnded({ ...about, sid: 'session-11999' }));
  clock.advance(3_600_000);
  assert.ok(!ended.isEnded({ ...about, sid: 'session-11999' }));
  ended.end({ gid: 'grant' });
  assert.equal(ended.size(), 1);
});
