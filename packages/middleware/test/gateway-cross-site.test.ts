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

const paths = ['/open', '/fresh', '/auth/refresh', '/auth/sign-out', '/auth/api/session/refresh'];

describe('an unsafe request with cookies is refused', () => {
  const foreign: [string, Record<string, string>][] = [
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another host of the same site', { 'sec-fetch-site': 'same-site' }],
    ['that the person typed in', { 'sec-fetch-site': 'none' }],
  ];
  for (const [what, headers] of foreign) {
    test(what, async () => {
      const browser = await signedIn();
      for (const path of paths) {
        const page = await browser.load(`${stage.app.origin}${path}`, { method: 'POST', headers });
        assert.equal(page.status, 403, path);
        assert.match(await page.text(), /another site, so nothing was done/);
        const script = await browser.call(`${stage.app.origin}${path}`, { method: 'POST', headers });
        assert.equal((await script.json()).code, 'foreign_origin', path);
      }
    });
  }

  test('from an old browser with another origin, none, or one that only begins alike', async () => {
    const browser = await signedIn();
    const line = [...browser.cookiesOf(stage.app.origin)]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const send = (origin?: string) =>
      stage.app.gateway.handle(
        new Request(`${stage.app.origin}/open`, {
          method: 'POST',
          headers: { cookie: line, ...(origin && { origin }) },
        }),
      );
    for (const origin of [undefined, 'null', 'https://evil.example', `${stage.app.origin}0`]) {
      const verdict = await send(origin);
      assert.equal(verdict.kind === 'answer' && verdict.response.status, 403, origin);
    }
    assert.equal((await send(stage.app.origin)).kind, 'pass');
  });
});

test('a socket is opened by pages of this origin only', async () => {
  const browser = await signedIn();
  const open = (site: string) =>
    stage.app.gateway.requiring({}).handle(
      new Request(`${stage.app.origin}/socket`, {
        headers: {
          cookie: [...browser.cookiesOf(stage.app.origin)]
            .map(([name, value]) => `${name}=${value}`)
            .join('; '),
          upgrade: 'websocket',
          'sec-fetch-site': site,
          'sec-fetch-mode': 'websocket',
        },
      }),
    );
  const verdict = await open('cross-site');
  assert.equal(verdict.kind === 'answer' && verdict.response.status, 403);
  const passed = await open('same-origin');
  assert.equal(passed.kind === 'pass' && passed.principal?.kind, 'person');
});

test('a request without cookies of a session is the application’s own business', async () => {
  const answer = await stage.browser().load(`${stage.app.origin}/open`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
  });
  assert.equal(answer.status, 200);
});
