import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser } from './gateway-browser.ts';
import { openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());
beforeEach(() => {
  stage.app.refusals.length = 0;
  delete stage.app.line.rewrite;
});

const isCallback = ({ pathname }: URL) => pathname === '/auth/callback';

/** A browser that has signed in at Argus and is about to follow the redirect back. */
async function returning(browser: Browser = stage.browser()): Promise<{ browser: Browser; url: URL }> {
  const { url } = await browser.visit(`${stage.app.origin}/me`, { stopAt: isCallback });
  assert.ok(url.searchParams.get('code'));
  return { browser, url };
}

async function refused(browser: Browser, url: URL, reason: string): Promise<string> {
  const answer = await browser.load(url);
  const page = await answer.text();
  assert.ok(answer.status >= 400, page);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(
    answer.headers.get('content-security-policy') ?? '',
    /default-src 'none'.*frame-ancestors 'none'/,
  );
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  assert.match(stage.app.refusals.at(-1) ?? '', new RegExp(`${reason}$`));
  const held = [...browser.cookiesOf(stage.app.origin).keys()].filter((name) => /access|refresh/.test(name));
  assert.deepEqual(held, [], 'nobody is signed in by it');
  return page;
}

describe('a callback is refused', () => {
  test('with a state that was guessed, cut or of another kind', async () => {
    const { browser, url } = await returning();
    for (const state of [
      '',
      'x',
      `${url.searchParams.get('state')}x`,
      `${url.searchParams.get('state')?.slice(0, -1)}`,
    ]) {
      const changed = new URL(url);
      changed.searchParams.set('state', state);
      await refused(browser, changed, 'unknown-state');
    }
    const calls = stage.app.line.calls.filter((path) => path === '/oauth/token').length;
    assert.equal(calls, 0, 'no code was sent anywhere');
  });

  test('in another browser than the one that began, which is how strangers sign others in to their own account', async () => {
    const attacker = await returning();
    const victim = await returning();
    await refused(victim.browser, attacker.url, 'unknown-state');
  });

  test('with the state of one attempt and the code of another', async () => {
    const { browser, url: first } = await returning();
    const { url: second } = await returning(browser);
    second.searchParams.set('code', first.searchParams.get('code') ?? '');
    await refused(browser, second, 'code-invalid_grant');
  });

  test('from a server that does not say who it is, or is another (mix-up)', async () => {
    const { browser, url } = await returning();
    const missing = new URL(url);
    missing.searchParams.delete('iss');
    await refused(browser, missing, 'wrong-issuer');
    const other = await returning();
    other.url.searchParams.set('iss', 'https://honest.example');
    await refused(other.browser, other.url, 'wrong-issuer');
  });

  test('with anything said twice', async () => {
    for (const name of ['state', 'iss', 'code']) {
      const { browser, url } = await returning();
      url.searchParams.append(name, url.searchParams.get(name) ?? '');
      await refused(browser, url, 'repeated-parameter');
    }
  });

  test('that comes too late', async () => {
    const { browser, url } = await returning();
    stage.argus.clock.advance(600_000);
    await refused(browser, url, 'unknown-state');
  });

  test('with an error, of which the page repeats nothing', async () => {
    const { browser, url } = await returning();
    url.searchParams.delete('code');
    url.searchParams.set('error', '<script>alert(1)</script>');
    url.searchParams.set('error_description', '"><img src=x onerror=alert(2)>');
    const page = await refused(browser, url, 'argus-error');
    assert.doesNotMatch(page, /alert|onerror/);
    const denied = await returning();
    denied.url.searchParams.delete('code');
    denied.url.searchParams.set('error', 'access_denied');
    assert.match(await refused(denied.browser, denied.url, 'argus-access_denied'), /You are not signed in/);
  });
});

test('a callback that is loaded again is over, and a code that is sent again ends what it began', async () => {
  const { browser, url } = await returning();
  const thief = browser.copy();
  assert.equal((await browser.load(url)).status, 303);
  const again = await browser.load(url);
  assert.equal(again.status, 400);
  assert.match(await again.text(), /This sign-in is over/);
  // With the attempt's cookie restored the code reaches Argus a second time (RFC 6749 §4.1.2).
  await refused(thief, url, 'code-invalid_grant');
  const refreshed = await browser.call(`${stage.app.origin}/auth/refresh`, { method: 'POST' });
  assert.equal(refreshed.status, 401);
});

describe('what comes with the code is refused', () => {
  const answers = () =>
    stage.app.line.answers.filter((text) => text.includes('id_token')).map((text) => JSON.parse(text));
  const changed = (change: (answer: Record<string, unknown>) => void) => {
    stage.app.line.rewrite = (path, text) => {
      const answer = JSON.parse(text);
      if (path === '/oauth/token') change(answer);
      return JSON.stringify(answer);
    };
  };

  test('where the ID token is of another sign-in (nonce)', async () => {
    const earlier = await returning();
    await earlier.browser.load(earlier.url);
    const { id_token: replayed } = answers().at(-1);
    const { browser, url } = await returning();
    changed((answer) => Object.assign(answer, { id_token: replayed }));
    await refused(browser, url, 'id-token-wrong-nonce');
  });

  test('where the access token was exchanged for another one', async () => {
    const earlier = await returning();
    await earlier.browser.load(earlier.url);
    const { access_token: stolen } = answers().at(-1);
    const { browser, url } = await returning();
    changed((answer) => Object.assign(answer, { access_token: stolen }));
    await refused(browser, url, 'id-token-wrong-access-token');
  });

  test('where the signature does not hold, or nothing is signed', async () => {
    const { browser, url } = await returning();
    changed((answer) =>
      Object.assign(answer, { id_token: `${String(answer.id_token).slice(0, -8)}AAAAAAAA` }),
    );
    await refused(browser, url, 'id-token-bad-signature');
    const next = await returning();
    changed((answer) => {
      const [, payload] = String(answer.id_token).split('.');
      answer.id_token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    });
    await refused(next.browser, next.url, 'id-token-malformed');
  });

  test('where there is no ID token, no refresh token or a token of another type', async () => {
    const spoilt: [string, (answer: Record<string, unknown>) => void][] = [
      ['no-id-token', (answer) => delete answer.id_token],
      ['no-session-tokens', (answer) => delete answer.refresh_token],
      ['no-session-tokens', (answer) => Object.assign(answer, { token_type: 'DPoP' })],
    ];
    for (const [reason, change] of spoilt) {
      const { browser, url } = await returning();
      changed(change);
      await refused(browser, url, reason);
    }
  });
});

test('several tabs sign in at the same time, and the oldest attempt gives way', async () => {
  const browser = stage.browser();
  const tabs: URL[] = [];
  for (let tab = 0; tab < 10; tab += 1) {
    const { url } = await browser.visit(`${stage.app.origin}/me?tab=${tab}`, { stopAt: isCallback });
    tabs.push(url);
    stage.argus.clock.advance(1000);
  }
  const attempts = [...browser.cookiesOf(stage.app.origin).keys()].filter((name) => name.includes('.try-'));
  assert.equal(attempts.length, 8);
  const [oldest, , middle, ...others] = tabs;
  const newest = others.at(-1);
  assert.ok(oldest && middle && newest);
  assert.equal((await browser.load(oldest)).status, 400);
  for (const url of [newest, middle]) {
    const landed = await browser.load(url);
    assert.equal(landed.headers.get('location'), `${stage.app.origin}/me?tab=${tabs.indexOf(url)}`);
  }
});
