import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sessionAnswerSchema } from '@argus/contract';
import { openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());

async function signedIn() {
  const browser = stage.browser();
  assert.equal((await browser.visit(`${stage.app.origin}/me`)).status, 200);
  return browser;
}

for (const base of ['/auth', '/auth/api']) {
  test(`${base}/session says what Argus itself says of the session, but for the device`, async () => {
    const browser = await signedIn();
    const answer = await browser.call(`${stage.app.origin}${base}/session`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const told = await answer.json();
    sessionAnswerSchema.omit({ device: true }).parse(told);
    const { user, session } = told;
    assert.deepEqual([user.email, user.name, user.roles], ['ada@example.org', 'Ada Lovelace', []]);
    const now = stage.argus.clock.now();
    assert.equal(Date.parse(session.expiresAt), now + 300_000);
    assert.equal(Date.parse(session.idleExpiresAt), now + 1_800_000);
    assert.equal(Date.parse(session.absoluteExpiresAt), now + 43_200_000);
    const own = await browser.call(`${stage.issuer}/api/session`);
    const { session: atArgus } = await own.json();
    for (const name of ['id', 'authTime', 'acr', 'createdAt', 'idleExpiresAt', 'absoluteExpiresAt']) {
      assert.equal(session[name], atArgus[name], name);
    }
  });
}

test('without a session it is refused, and so is a refresh', async () => {
  const browser = stage.browser();
  for (const [method, path] of [
    ['GET', '/session'],
    ['GET', '/api/session'],
    ['POST', '/refresh'],
    ['POST', '/api/session/refresh'],
  ] as const) {
    const answer = await browser.call(`${stage.app.origin}/auth${path}`, { method });
    assert.equal(answer.status, 401, path);
    assert.equal((await answer.json()).code, 'session_required');
  }
});

describe('a refresh that the page asks for', () => {
  const refresh = (browser: ReturnType<Stage['browser']>, body?: unknown) =>
    browser.call(`${stage.app.origin}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const idleAt = async (answer: Response) => Date.parse((await answer.json()).session.idleExpiresAt);

  test('moves the idle limit by what the page knows of the person, and not by itself', async () => {
    const browser = await signedIn();
    const start = stage.argus.clock.now();
    stage.argus.clock.advance(600_000);
    assert.equal(await idleAt(await refresh(browser, {})), start + 1_800_000, 'a timer proves nobody');
    stage.argus.clock.advance(300_000);
    assert.equal(await idleAt(await refresh(browser, { idleSeconds: 60 })), start + 840_000 + 1_800_000);
    assert.equal(await idleAt(await refresh(browser)), start + 840_000 + 1_800_000);
  });

  test('is refused with a body that makes no sense', async () => {
    const browser = await signedIn();
    for (const body of [
      '{',
      '[]',
      { idleSeconds: -1 },
      { idleSeconds: '1' },
      { idleSeconds: 1.5 },
      'x'.repeat(2000),
    ]) {
      assert.equal((await refresh(browser, body)).status, 400, JSON.stringify(body).slice(0, 40));
    }
  });
});

test('where only what the page reports counts, a page that polls keeps nobody signed in', async () => {
  const app = await stage.open({ origin: stage.app.origin, activity: 'reported' });
  const browser = await signedIn();
  for (let minute = 0; minute < 28; minute += 4) {
    stage.argus.clock.advance(240_000);
    assert.equal((await browser.call(`${app.origin}/me`)).status, 200, `minute ${minute + 4}`);
  }
  stage.argus.clock.advance(180_000);
  assert.equal((await browser.call(`${app.origin}/me`)).status, 401);
  const active = await signedIn();
  for (let minute = 0; minute < 40; minute += 4) {
    stage.argus.clock.advance(240_000);
    assert.equal((await active.load(`${app.origin}/me`)).status, 200, 'page loads do');
  }
});

test('DELETE signs out of this application', async () => {
  const browser = await signedIn();
  const answer = await browser.call(`${stage.app.origin}/auth/api/session`, { method: 'DELETE' });
  assert.equal(answer.status, 204);
  assert.deepEqual([...browser.cookiesOf(stage.app.origin).keys()], []);
});

test('no answer of the gateway holds a token', async () => {
  const browser = await signedIn();
  const bodies: string[] = [];
  for (const path of [
    '/me',
    '/auth/session',
    '/auth/nothing',
    '/auth/sign-in',
    '/auth/callback',
    '/auth/step-up/done?window=x',
  ]) {
    bodies.push(await (await browser.load(`${stage.app.origin}${path}`)).text());
  }
  bodies.push(await (await browser.call(`${stage.app.origin}/auth/refresh`, { method: 'POST' })).text());
  const tokens = stage.app.line.answers.flatMap((text) => text.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? []);
  assert.ok(tokens.length >= 4);
  for (const body of bodies) {
    assert.doesNotMatch(body, /eyJ/);
    for (const token of tokens) assert.ok(!body.includes(token.slice(-40)));
  }
});

test('the gateway counts what it does and what it holds', async () => {
  const before = stage.app.gateway.state();
  await signedIn();
  const { signIns, held, tokens } = stage.app.gateway.state();
  assert.equal(signIns, before.signIns + 1);
  assert.deepEqual(Object.keys(held), [
    'refreshesInFlight',
    'refreshesSettled',
    'endedSessions',
    'logoutTokens',
  ]);
  assert.equal(tokens.keys.failure, null);
});
