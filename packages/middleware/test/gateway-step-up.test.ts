import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Browser, hiddenFields, unescaped } from './gateway-browser.ts';
import { openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());

/** Signed in for two minutes, which is too long for `/fresh`. */
async function signedIn(): Promise<Browser> {
  const browser = stage.browser();
  assert.equal((await browser.visit(`${stage.app.origin}/me`)).status, 200);
  stage.argus.clock.advance(120_000);
  return browser;
}
const pathsOf = (trail: readonly string[]) => trail.map((url) => new URL(url).pathname);

test('a page that asks for a fresher proof leads to Argus and is loaded again after it', async () => {
  const browser = await signedIn();
  const landed = await browser.visit(`${stage.app.origin}/fresh?x=1`);
  assert.equal(landed.body, 'fresh');
  assert.equal(String(landed.url), `${stage.app.origin}/fresh?x=1`);
  assert.ok(pathsOf(landed.trail).includes('/step-up'));
  const asked = new URL(landed.trail.find((url) => url.includes('/oauth/authorize?')) ?? '');
  assert.equal(asked.searchParams.get('max_age'), '60');
});

test('the cookies from before a step-up gain nothing by it', async () => {
  const browser = await signedIn();
  const thief = browser.copy();
  assert.equal((await browser.visit(`${stage.app.origin}/fresh`)).body, 'fresh');
  const answer = await thief.call(`${stage.app.origin}/fresh`);
  assert.equal(answer.status, 401);
  assert.equal((await answer.json()).code, 'insufficient_user_authentication');
  stage.argus.clock.advance(31_000);
  const refreshed = await thief.call(`${stage.app.origin}/auth/refresh`, { method: 'POST' });
  assert.equal(refreshed.status, 401);
  assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200, 'the person goes on');
});

describe('a request that is overtaken by a step-up', () => {
  test('does not take the new cookies away when it finds its session over', async () => {
    const browser = await signedIn();
    const straggler = browser.copy();
    await browser.visit(`${stage.app.origin}/fresh`);
    stage.argus.clock.advance(31_000);
    for (const [path, method] of [
      ['/auth/refresh', 'POST'],
      ['/auth/session', 'GET'],
      ['/me', 'GET'],
    ] as const) {
      stage.argus.clock.advance(5 * 60_000);
      const answer = await straggler.call(`${stage.app.origin}${path}`, { method });
      assert.equal(answer.status, 401, path);
      assert.deepEqual(answer.headers.getSetCookie(), [], path);
    }
    assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200, 'the person goes on');
    const page = await straggler.load(`${stage.app.origin}/`);
    assert.ok(
      page.headers.getSetCookie().some((line) => line.includes('Max-Age=0')),
      'a page takes back what is good for nothing',
    );
  });

  test('does not put the old session in the place of the new one when it renews that', async () => {
    const { line, origin, gateway } = stage.app;
    const browser = await signedIn();
    const straggler = browser.copy();
    const refreshed = Promise.withResolvers<void>();
    const overtaken = Promise.withResolvers<void>();
    let isFirst = true;
    line.onAnswer = async (path) => {
      if (path !== '/oauth/token' || !isFirst) return;
      isFirst = false;
      refreshed.resolve();
      await overtaken.promise;
    };
    const late = straggler.call(`${origin}/auth/refresh`, { method: 'POST' });
    await refreshed.promise;
    assert.equal((await browser.visit(`${origin}/fresh`)).body, 'fresh');
    overtaken.resolve();
    assert.deepEqual((await late).headers.getSetCookie(), []);
    delete line.onAnswer;
    const again = await straggler.call(`${origin}/auth/refresh`, { method: 'POST' });
    assert.deepEqual([again.status, again.headers.getSetCookie()], [503, []], 'nor does any later one');
    assert.equal(gateway.state().held.refreshesInFlight, 0);
    assert.equal((await browser.call(`${origin}/fresh`)).status, 200, 'the person goes on');
  });
});

describe('a form that was sent before the proof', () => {
  const fields = { title: 'Déjà <b>vu</b> & "more"', note: 'two\r\nlines', password: 'hunter2' };

  test('is shown after it and sent only when the person presses Continue', async () => {
    const browser = await signedIn();
    const landed = await browser.submit(`${stage.app.origin}/fresh?to=7`, fields);
    assert.equal(landed.status, 200, landed.body);
    assert.match(landed.url.pathname, /^\/auth\/resume\/[\w-]{8}$/);
    assert.match(landed.body, /Send it now\?/);
    assert.match(landed.body, /<form method="post" action="\/fresh\?to=7">/);
    assert.ok(!landed.body.includes('<b>vu</b>'), 'what was typed stays text');
    assert.match(landed.body, /<th scope="row">password<\/th><td>••••••<\/td>/);
    assert.match(landed.body, /Cancel/);
    assert.deepEqual(hiddenFields(landed.body), fields);
    const action = unescaped(/action="([^"]*)"/.exec(landed.body)?.[1] ?? '');
    const sent = await browser.submit(new URL(action, landed.url), hiddenFields(landed.body));
    assert.equal(sent.status, 200, sent.body);
    assert.deepEqual(JSON.parse(sent.body), fields);
  });

  test('is kept also where nobody has taken it apart yet', async () => {
    const browser = await signedIn();
    const landed = await browser.submit(`${stage.app.origin}/raw`, { a: 'b c' });
    assert.deepEqual(hiddenFields(landed.body), { a: 'b c' });
    const sent = await browser.submit(`${stage.app.origin}/raw`, hiddenFields(landed.body));
    assert.equal(sent.body, 'a=b+c');
  });

  test('is nowhere to be read but by the one who sent it, in the same browser', async () => {
    const browser = await signedIn();
    const landed = await browser.submit(`${stage.app.origin}/fresh`, fields);
    const stranger = await signedIn();
    const answer = await stranger.load(landed.url);
    assert.doesNotMatch(await answer.text(), /vu|hunter2/);
    await browser.submit(`${stage.app.origin}/auth/sign-out?everywhere`, {});
    await browser.visit(`${stage.app.origin}/me`, { email: 'bob@example.org' });
    assert.doesNotMatch(
      await (await browser.load(landed.url)).text(),
      /vu|hunter2/,
      'not by the next person',
    );
  });

  test('that is too large, or of a kind that is not kept, is to be sent again', async () => {
    const browser = await signedIn();
    const large = await browser.submit(`${stage.app.origin}/fresh`, { text: 'x'.repeat(3000) });
    assert.match(large.body, /Please send your form again/);
    assert.match(large.body, /Nothing of it was done/);
    const raw = await browser.submit(`${stage.app.origin}/raw`, { text: 'x'.repeat(300_000) });
    assert.match(raw.body, /Please send your form again/);
    const upload = await browser.load(`${stage.app.origin}/raw`, {
      method: 'POST',
      headers: {
        'content-type': 'multipart/form-data; boundary=x',
        referer: `${stage.app.origin}/edit?id=7`,
      },
      body: '--x--',
    });
    const page = await upload.text();
    assert.match(page, /Please send your form again/);
    const href = unescaped(/<a class="act" href="([^"]*)"/.exec(page)?.[1] ?? '');
    assert.equal(
      href,
      '/auth/sign-in?return_to=%2Fedit%3Fid%3D7&max_age=60',
      'back to the form by way of the proof',
    );
  });

  test('of the largest size that is kept fits a cookie', async () => {
    const browser = await signedIn();
    const landed = await browser.submit(`${stage.app.origin}/fresh`, { t: 'y'.repeat(2046) });
    assert.equal(hiddenFields(landed.body).t?.length, 2046);
  });

  test('by somebody whose session ended meanwhile waits for their sign-in', async () => {
    const browser = await signedIn();
    stage.argus.clock.advance(31 * 60_000);
    const landed = await browser.submit(`${stage.app.origin}/fresh`, { a: 'kept' });
    assert.ok(pathsOf(landed.trail).includes('/sign-in'));
    assert.deepEqual(hiddenFields(landed.body), { a: 'kept' });
  });
});

test('a script is challenged (RFC 9470) and told where the person can prove it', async () => {
  const browser = await signedIn();
  const answer = await browser.call(`${stage.app.origin}/fresh`, {
    headers: { referer: `${stage.app.origin}/list` },
  });
  assert.equal(answer.status, 401);
  const challenge = answer.headers.get('www-authenticate') ?? '';
  assert.match(challenge, /error="insufficient_user_authentication".*max_age="60"/);
  const { code, stepUpUrl } = await answer.json();
  assert.deepEqual(
    [code, stepUpUrl],
    ['insufficient_user_authentication', '/auth/step-up?return_to=%2Flist&max_age=60'],
  );
  const landed = await browser.visit(`${stage.app.origin}${stepUpUrl}`);
  assert.ok(pathsOf(landed.trail).includes('/step-up'));
  assert.equal((await browser.call(`${stage.app.origin}/fresh`)).status, 200);
});

describe('nobody is led in a circle', () => {
  test('where the account cannot prove what is asked', async () => {
    const browser = await signedIn();
    const landed = await browser.visit(`${stage.app.origin}/strong`);
    assert.equal(landed.status, 403);
    assert.match(landed.body, /Your proof was not enough/);
    assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200, 'and stays signed in');
  });

  test('where Argus answers with less than was asked', async () => {
    const browser = stage.browser();
    const { url } = await browser.visit(`${stage.app.origin}/auth/sign-in?return_to=/strong`, {
      stopAt: ({ pathname }) => pathname === '/auth/callback',
    });
    assert.equal((await browser.load(url)).status, 303);
    const begun = await browser.load(`${stage.app.origin}/strong`);
    const lowered = new URL(begun.headers.get('location') ?? '');
    lowered.searchParams.delete('acr_values');
    const back = await browser.visit(lowered);
    assert.equal(back.status, 403);
    assert.match(back.body, /stronger or fresher proof/);
  });

  test('where a proof is too old at once', async () => {
    const app = await stage.open({ origin: stage.app.origin, requires: { maxAgeSeconds: 0 } });
    const browser = await signedIn();
    await browser.visit(`${stage.app.origin}/auth/step-up?return_to=/me`);
    stage.argus.clock.advance(3000);
    const answer = await browser.load(`${app.origin}/me`);
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /Your proof was not enough/);
  });
});

test('what no proof would cure is refused with a page or a problem', async () => {
  const browser = await signedIn();
  const page = await browser.load(`${stage.app.origin}/never`);
  assert.equal(page.status, 403);
  assert.match(await page.text(), /This is not open to you/);
  const script = await browser.call(`${stage.app.origin}/never`);
  assert.equal((await script.json()).code, 'denied');
});
