import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createApp } from '../src/single-page/serve.ts';
import { type Road, signedIn, testRoad } from './road.ts';
import { eventually, openStage, type Stage } from './stage.ts';
import { visit } from './visitor.ts';

let browser: Browser;
let stage: Stage;
let url: string;
before(async () => {
  // The library renews a minute before the end.
  [browser, stage] = await Promise.all([launchBrowser(), openStage({ accessSeconds: 62 })]);
  url = await stage.place();
  const client = await stage.declare('page', url, { type: 'public', requiresDpop: true, origins: [url] });
  await stage.open(await createApp(client), url);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

const road: Road = {
  library: 'oidc-client-ts',
  scene: () => ({ browser, stage, url }),
  press: (page, what) => page.getByRole('button', { name: what }).click(),
  async forget({ page }) {
    await page.evaluate(() => sessionStorage.clear());
    await page.goto(url);
  },
};
testRoad(road);

interface TokenCall {
  readonly grant: string | null;
  readonly status: number;
  readonly hasNonce: boolean;
}

/** What a page asks of the token endpoint from now on. */
function tokenCalls(context: BrowserContext): TokenCall[] {
  const calls: TokenCall[] = [];
  context.on('response', (response) => {
    const request = response.request();
    if (response.url() !== `${stage.issuer}/oauth/token` || request.method() !== 'POST') return;
    const grant = new URLSearchParams(request.postData() ?? '').get('grant_type');
    const [, payload = ''] = (request.headers().dpop ?? '').split('.');
    const proof = JSON.parse(Buffer.from(payload, 'base64url').toString());
    calls.push({ grant, status: response.status(), hasNonce: 'nonce' in proof });
  });
  return calls;
}

/** What a thief finds in the page. */
async function storedTokens(page: Page): Promise<{ access_token: string; refresh_token: string }> {
  return JSON.parse(
    await page.evaluate(() => Object.values(sessionStorage).find((one) => one.includes('refresh'))),
  );
}

/** How a page fares that asks the token endpoint for new tokens: the status, or what the browser says. */
function tryRefresh(page: Page, refreshToken: string, headers: Record<string, string> = {}) {
  const fields = { grant_type: 'refresh_token', client_id: 'page', refresh_token: refreshToken };
  return page.evaluate(
    ([url, body, more]) =>
      fetch(url, { method: 'POST', body: new URLSearchParams(body), headers: more }).then(
        ({ status }) => status,
        (error: Error) => error.message,
      ),
    [`${stage.issuer}/oauth/token`, fields, headers] as const,
  );
}

describe('the tokens of a single page', () => {
  test('are bound to a key with a nonce of Argus, and renewed by themselves across origins', async () => {
    await using visitor = await visit(browser, stage);
    const calls = tokenCalls(visitor.context);
    await visitor.page.goto(url);
    await road.press(visitor.page, 'Sign in');
    await visitor.signIn();
    await visitor.decide('Allow');
    await visitor.isGreeted();
    await eventually('a renewal', async () => calls.length >= 3);
    assert.deepEqual(calls.slice(0, 3), [
      { grant: 'authorization_code', status: 400, hasNonce: false },
      { grant: 'authorization_code', status: 200, hasNonce: true },
      { grant: 'refresh_token', status: 200, hasNonce: true },
    ]);
    await visitor.page.reload();
    await visitor.isGreeted();
  });

  test('are worth nothing to a page of another origin, nor to anybody without the key', async () => {
    await using visitor = await signedIn(road);
    const { access_token: access, refresh_token: refresh } = await storedTokens(visitor.page);
    const elsewhere = await stage.place();
    await stage.open(
      (_request, response) => response.end('<!doctype html><title>Elsewhere</title>'),
      elsewhere,
    );
    const foreign = await visitor.context.newPage();
    await foreign.goto(elsewhere);
    assert.equal(await tryRefresh(foreign, refresh), 'Failed to fetch');
    assert.equal(await tryRefresh(foreign, refresh, { dpop: 'proof' }), 'Failed to fetch');
    // The application's own origin may read the answer, which is no without a proof.
    assert.equal(await tryRefresh(visitor.page, refresh), 400);
    assert.equal(await tryRefresh(visitor.page, refresh, { dpop: 'proof' }), 400);
    for (const scheme of ['Bearer', 'DPoP']) {
      const headers = { authorization: `${scheme} ${access}` };
      assert.equal((await fetch(`${stage.issuer}/oauth/userinfo`, { headers })).status, 401, scheme);
    }
    const calls = tokenCalls(visitor.context);
    await eventually('a renewal', async () => calls.some(({ status }) => status === 200));
  });

  test('are forgotten when Argus ends the session', async () => {
    await using visitor = await signedIn(road);
    await stage.endSessionsOf(visitor.person.email);
    await visitor.isUnknown();
    await road.press(visitor.page, 'Sign in');
    await visitor.isAsked();
  });
});
