import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser } from './gateway-browser.ts';
import { openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());
beforeEach(() => {
  stage.app.line.state = 'up';
  stage.argus.clock.advance(120_000);
});

async function signedIn(): Promise<Browser> {
  const browser = stage.browser();
  assert.equal((await browser.visit(`${stage.app.origin}/me`)).status, 200);
  return browser;
}
const nearEnd = () => stage.argus.clock.advance(4.5 * 60_000);
const me = (browser: Browser) => browser.call(`${stage.app.origin}/me`);

for (const state of ['down', 'busy'] as const) {
  test(`while Argus is ${state}, requests pass as long as the token lives, then pages wait and come back`, async () => {
    const browser = await signedIn();
    nearEnd();
    stage.app.line.state = state;
    for (let second = 0; second < 5; second += 1) {
      assert.equal((await me(browser)).status, 200, `${second} s into it`);
      stage.argus.clock.advance(1000);
    }
    stage.argus.clock.advance(60_000);
    const page = await browser.load(`${stage.app.origin}/me`);
    const html = await page.text();
    assert.equal(page.status, 503, html);
    const wait = page.headers.get('retry-after');
    assert.match(wait ?? '', /^[1-9]\d*$/);
    assert.equal(page.headers.get('refresh'), wait, 'the page tries again by itself');
    assert.match(html, /<html lang="en">.*tries again by itself/s);
    const script = await me(browser);
    assert.equal(script.status, 503);
    assert.equal((await script.json()).code, 'unavailable');
    assert.ok(script.headers.get('retry-after'));
    const form = await browser.load(`${stage.app.origin}/fresh`, { method: 'POST', body: 'a=1' });
    assert.equal(form.status, 503);
    assert.equal(form.headers.get('refresh'), null, 'a form is not sent again by itself');
    stage.app.line.state = 'up';
    stage.argus.clock.advance(3000);
    assert.equal((await browser.load(`${stage.app.origin}/me`)).status, 200);
  });
}

test('in an outage requests do not queue up to find that out one by one', async () => {
  const browser = await signedIn();
  nearEnd();
  stage.app.line.state = 'down';
  const before = stage.app.line.calls.length;
  for (let request = 0; request < 20; request += 1) assert.equal((await me(browser)).status, 200);
  assert.equal(stage.app.line.calls.length, before + 1);
});

test('one session that Argus slows down does not hold up the others', async () => {
  const [slow, other] = [await signedIn(), await signedIn()];
  nearEnd();
  stage.app.line.state = 'busy';
  assert.equal((await me(slow)).status, 200);
  stage.app.line.state = 'up';
  const answer = await me(other);
  assert.ok(answer.headers.getSetCookie().length > 0, 'renewed at once');
});

test('a process that starts while Argus is down takes the cookies that were sealed before', async () => {
  const browser = await signedIn();
  const young = await stage.open({ origin: stage.app.origin });
  young.line.state = 'down';
  assert.equal((await browser.call(`${young.origin}/me`)).status, 200);
});

test('a sign-in that comes back while Argus is down is completed when it answers again', async () => {
  const browser = stage.browser();
  const { url } = await browser.visit(`${stage.app.origin}/me`, {
    stopAt: ({ pathname }) => pathname === '/auth/callback',
  });
  stage.app.line.state = 'down';
  const waiting = await browser.load(url);
  assert.equal(waiting.status, 503);
  assert.ok(waiting.headers.get('refresh'));
  stage.app.line.state = 'up';
  const landed = await browser.load(url);
  assert.equal(landed.headers.get('location'), `${stage.app.origin}/me`);
});

test('a gateway whose secret is wrong ends nobody’s session and says why in the log', async () => {
  const browser = await signedIn();
  const wrong = await stage.open({
    origin: stage.app.origin,
    clientSecret: 'not the secret of this client at all',
  });
  stage.argus.clock.advance(5 * 60_000);
  const answer = await browser.call(`${wrong.origin}/me`);
  assert.equal(answer.status, 503);
  assert.deepEqual(answer.headers.getSetCookie(), []);
  assert.deepEqual(wrong.refusals, ['unavailable invalid_client']);
});
