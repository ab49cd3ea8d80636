import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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
const trailOf = (trail: readonly string[]) => trail.map((url) => new URL(url).pathname);

test('signing out here ends this application’s grant and leaves the session at Argus', async () => {
  const browser = await signedIn();
  const thief = browser.copy();
  const landed = await browser.submit(`${stage.app.origin}/auth/sign-out`, {});
  assert.equal(landed.body, 'nobody');
  assert.deepEqual([...browser.cookiesOf(stage.app.origin).keys()], []);
  assert.equal(
    (await thief.call(`${stage.app.origin}/me`)).status,
    401,
    'a copy of the cookies is worth nothing',
  );
  const other = await stage.open({ origin: stage.app.origin });
  stage.argus.clock.advance(4.5 * 60_000);
  assert.equal((await thief.call(`${other.origin}/me`)).status, 401, 'in no process once it must be renewed');
  const again = await browser.visit(`${stage.app.origin}/me`);
  assert.equal(again.status, 200);
  assert.ok(!trailOf(again.trail).includes('/sign-in'), 'Argus still knows them');
});

test('signing out everywhere ends the session at Argus, asks nothing and comes back', async () => {
  const browser = await signedIn();
  const landed = await browser.submit(`${stage.app.origin}/auth/sign-out?everywhere`, {});
  assert.equal(String(landed.url), `${stage.app.origin}/`);
  assert.equal(landed.body, 'nobody');
  assert.deepEqual(trailOf(landed.trail), ['/auth/sign-out', '/oauth/end_session', '/']);
  const again = await browser.visit(`${stage.app.origin}/me`);
  assert.ok(trailOf(again.trail).includes('/sign-in'), 'Argus asks again who they are');
});

test('the ID token of a sign-out everywhere is out of reach of scripts', async () => {
  const browser = await signedIn();
  const byScript = await browser.call(`${stage.app.origin}/auth/sign-out?everywhere`, { method: 'POST' });
  assert.equal(byScript.status, 400);
  const page = await browser.load(`${stage.app.origin}/auth/sign-out?everywhere`, { method: 'POST' });
  assert.match(page.headers.get('refresh') ?? '', /id_token_hint=eyJ/);
  assert.doesNotMatch(await page.text(), /eyJ/);
});

describe('nothing signs out', () => {
  test('by a link, an image or a look ahead', async () => {
    const browser = await signedIn();
    for (const path of ['/auth/sign-out', '/auth/sign-out?everywhere']) {
      const answer = await browser.load(`${stage.app.origin}${path}`);
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('allow'), 'POST');
    }
    assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200);
  });

  test('by a form of another site', async () => {
    const browser = await signedIn();
    const answer = await browser.load(`${stage.app.origin}/auth/sign-out`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    });
    assert.equal(answer.status, 403);
    assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200);
  });
});

test('whoever is signed out already is signed out again, also while Argus is down', async () => {
  const browser = stage.browser();
  assert.equal((await browser.submit(`${stage.app.origin}/auth/sign-out`, {})).body, 'nobody');
  const held = await signedIn();
  stage.app.line.state = 'down';
  const landed = await held.submit(`${stage.app.origin}/auth/sign-out`, {});
  stage.app.line.state = 'up';
  assert.equal(landed.body, 'nobody');
  assert.deepEqual([...held.cookiesOf(stage.app.origin).keys()], []);
});
