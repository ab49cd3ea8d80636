import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { seeded } from '@argus/testing/seeded';
import { cookieName, readCookies } from '../src/gateway/cookies.ts';
import { findSession, sessionLines } from '../src/gateway/session-cookies.ts';
import { gatewaySettingsOf } from '../src/gateway/settings.ts';
import { fakeIssuer } from './fake-issuer.ts';
import { apply, clientAt, cookieSecret, openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.[Symbol.asyncDispose]());

const newSecret = 'the next secret of at least thirty-two characters';

async function signedIn() {
  const browser = stage.browser();
  const landed = await browser.visit(`${stage.app.origin}/me`);
  assert.equal(landed.status, 200, landed.body);
  return browser;
}

test('tokens are in cookies of this host alone, encrypted, out of reach of scripts, and short enough', async () => {
  const browser = stage.browser();
  const { url } = await browser.visit(`${stage.app.origin}/me`, {
    stopAt: ({ pathname }) => pathname === '/auth/callback',
  });
  const answer = await browser.load(url);
  const lines = answer.headers.getSetCookie().filter((line) => /\.(access|refresh)/.test(line));
  assert.equal(lines.length, 2);
  for (const line of lines) {
    assert.match(
      line,
      /^__Host-shop\.[\w-]{8}\.(access|refresh)=[1-4][\w-]+; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    assert.ok(line.indexOf(';') <= 4096, `${line.indexOf(';')} bytes`);
    assert.doesNotMatch(line, /eyJ/);
  }
});

describe('a cookie that is not as it was set is worth nothing and is taken back', () => {
  const spoilt: [string, (value: string) => string][] = [
    ['one bit changed', (value) => value.slice(0, 40) + (value[40] === 'A' ? 'B' : 'A') + value.slice(41)],
    ['cut at the end', (value) => value.slice(0, -5)],
    ['cut to nothing', () => ''],
    ['longer', (value) => `${value}AAAA`],
    ['another number of parts', (value) => `2${value.slice(1)}`],
    ['no base64url', (value) => `${value.slice(0, 30)}%00${value.slice(33)}`],
  ];
  for (const [what, change] of spoilt) {
    test(what, async () => {
      const browser = await signedIn();
      const cookies = browser.cookiesOf(stage.app.origin);
      for (const [name, value] of cookies) cookies.set(name, change(value));
      const answer = await browser.call(`${stage.app.origin}/me`);
      assert.equal(answer.status, 401);
      assert.equal(await (await browser.load(`${stage.app.origin}/`)).text(), 'nobody');
      assert.deepEqual([...cookies.keys()], []);
    });
  }

  test('the access token under the name of the refresh token, and the other way round', async () => {
    const browser = await signedIn();
    const cookies = browser.cookiesOf(stage.app.origin);
    const names = [...cookies.keys()];
    const values = [...cookies.values()].reverse();
    for (const [at, name] of names.entries()) cookies.set(name, values[at] ?? '');
    assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 401);
  });

  test('a name that comes twice', async () => {
    const browser = await signedIn();
    const line = [...browser.cookiesOf(stage.app.origin)]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const answer = await browser.call(`${stage.app.origin}/me`, { headers: { cookie: `${line}; ${line}` } });
    assert.equal(answer.status, 401);
  });

  test('those of another client under the names of this one, though both share a secret', async () => {
    await apply(stage.argus, { clients: [{ ...clientAt('shop2', stage.app.origin) }] });
    const other = await stage.open({ clientId: 'shop2', origin: stage.app.origin });
    const browser = await signedIn();
    const cookies = browser.cookiesOf(stage.app.origin);
    assert.equal((await browser.call(`${other.origin}/me`)).status, 401, 'not seen under their own names');
    const renamed = browser.copy();
    for (const [name, value] of cookies) {
      const kind = name.split('.').at(-1) ?? '';
      renamed
        .cookiesOf(stage.app.origin)
        .set(cookieName({ clientId: 'shop2', origin: stage.app.origin }, kind), value);
    }
    assert.equal((await renamed.call(`${other.origin}/me`)).status, 401);
    assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200);
  });
});

test('a spoilt or lost access cookie alone is made good by the refresh token', async () => {
  const browser = await signedIn();
  const cookies = browser.cookiesOf(stage.app.origin);
  for (const name of cookies.keys()) if (name.endsWith('.access')) cookies.set(name, '1AAAA');
  assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200);
  for (const name of cookies.keys()) if (name.endsWith('.access')) cookies.delete(name);
  assert.equal((await browser.call(`${stage.app.origin}/me`)).status, 200);
});

test('the secret can be replaced: old cookies open while the old one is listed, new ones are sealed by the new one', async () => {
  const { origin } = stage.app;
  const both = await stage.open({ origin, cookieSecret: [newSecret, cookieSecret] });
  const only = await stage.open({ origin, cookieSecret: newSecret });
  const browser = await signedIn();
  assert.equal((await browser.call(`${only.origin}/me`, { method: 'GET' })).status, 401);
  const kept = await signedIn();
  stage.argus.clock.advance(4.5 * 60_000);
  assert.equal((await kept.call(`${both.origin}/me`)).status, 200);
  assert.equal((await kept.call(`${only.origin}/me`)).status, 200);
});

test('two applications on one host do not see each other’s cookies, though cookies know no ports', () => {
  const names = ['http://localhost:3000', 'http://localhost:4000'].flatMap((origin) =>
    ['app', 'app.2'].map((clientId) => cookieName({ clientId, origin }, 'refresh')),
  );
  assert.equal(new Set(names).size, 4);
  for (const name of names) assert.match(name, /^__Host-[\w.~-]+$/);
});

test('the largest tokens that Argus issues are split over cookies that every browser keeps', async () => {
  const { clock, random } = seeded();
  const settings = gatewaySettingsOf({
    issuer: 'https://argus.example',
    clientId: `client-${'x'.repeat(121)}`,
    clientSecret: 'secret',
    origin: 'https://app.example',
    cookieSecret,
    clock,
    random,
  });
  const issuer = await fakeIssuer({ clock, random, algorithm: 'RS256' });
  const access = await issuer.token({
    roles: Array.from({ length: 40 }, (_, at) => `department-of-roles-with-long-names-${at}`),
    scope: Array.from({ length: 60 }, (_, at) => `scope.of.some.length.${at}`).join(' '),
    client_id: settings.clientId,
  });
  assert.ok(access.length > 4096, `${access.length}`);
  const about = {
    sessionId: random.uuid(),
    userId: random.uuid(),
    name: '名'.repeat(100),
    email: `${'a'.repeat(240)}@example.org`,
    idleExpiresAt: clock.now() + 1_800_000,
    absoluteExpiresAt: clock.now() + 43_200_000,
    proved: { acr: 'urn:argus:aal2', maxAgeSeconds: 300, at: clock.now() },
  } as const;
  const held = { access, refresh: access.slice(0, 1500), about };
  const linesOf = (...asked: Parameters<typeof sessionLines>) => {
    const set = sessionLines(...asked);
    assert.ok(set !== 'too-large');
    return set;
  };
  const lines = linesOf(settings, new Map(), held);
  for (const [, line] of lines) assert.ok(line.indexOf(';') <= 4096, `${line.indexOf(';')}`);
  const header = lines.map(([, line]) => line.slice(0, line.indexOf(';'))).join('; ');
  assert.ok(header.length <= settings.mostCookieBytes);
  const found = findSession(settings, readCookies(header));
  assert.deepEqual(found, { kind: 'session', held });
  // Parts that are no longer needed are taken back, so that they do not travel for ever.
  const shorter = linesOf(settings, readCookies(header), { ...held, access: await issuer.token() });
  assert.equal(shorter.filter(([, line]) => line.includes('Max-Age=0')).length, lines.length - 2);
  assert.equal(sessionLines(settings, new Map(), { ...held, access: 'x'.repeat(16_000) }), 'too-large');
});
