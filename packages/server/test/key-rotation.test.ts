import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { exactly, openStage, type Person, refresh, someone, withKey } from './stage.ts';

interface PublicKey {
  readonly kid: string;
  readonly [parameter: string]: unknown;
}

interface Listed {
  readonly kid: string;
  readonly use: 'access' | 'refresh';
  readonly signsFrom: string;
  readonly signsUntil: string | null;
  readonly removedAfter: string | null;
}

const cacheMs = 600_000;
let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

async function published(): Promise<PublicKey[]> {
  return (await userAgent(server).call('jwks')).body.keys;
}

async function rotate(): Promise<Listed[]> {
  const { status, body } = await userAgent(server).call('adminRotateKeys', {
    headers: await withKey(server),
  });
  assert.equal(status, 200);
  return body.keys;
}

function kidOf({ browser }: Person, name: 'access' | 'refresh'): string {
  const [header = ''] = (browser.cookies.get(cookieNames[name]) ?? '').split('.');
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid;
}

test('the public set holds signing keys and nothing secret, and may be cached for less than a key waits to sign', async () => {
  const { headers, text } = await exactly(server, { method: 'GET', path: '/.well-known/jwks.json' });
  const { keys }: { keys: PublicKey[] } = JSON.parse(text);
  assert.deepEqual(keys.map(({ kty, alg, use }) => `${kty} ${alg} ${use}`).sort(), [
    'EC ES256 sig',
    'OKP EdDSA sig',
    'RSA PS256 sig',
    'RSA RS256 sig',
  ]);
  for (const key of keys) {
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) assert.ok(!(secret in key), secret);
    if (key.kty === 'RSA') assert.equal(Buffer.from(String(key.n), 'base64url').length, 256);
  }
  const maxAge = Number(/max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1]);
  assert.ok(maxAge > 0 && maxAge * 1000 < cacheMs);
});

describe('a planned rotation', () => {
  test('publishes the new key at once, signs with it after the cache life, and interrupts nobody', async () => {
    const person = await someone(server);
    const old = kidOf(person, 'access');
    const keys = await rotate();
    assert.equal(
      keys.length,
      12,
      'an old and a new key of four algorithms, of refresh tokens and for services',
    );
    const next =
      (await published()).find(({ kid, alg }) => alg === 'RS256' && kid !== old) ?? assert.fail('no new key');
    server.clock.advance(cacheMs - 1000);
    const late = await someone(server);
    assert.equal(kidOf(late, 'access'), old, 'it is not yet known everywhere');
    server.clock.advance(1000);
    const first = await someone(server);
    assert.equal(kidOf(first, 'access'), next.kid);
    assert.notEqual(kidOf(first, 'refresh'), kidOf(person, 'refresh'));
    assert.equal((await late.browser.call('getSession')).status, 200, 'what the old key signed still holds');
    assert.equal((await refresh(person.browser)).status, 200, 'and so does its refresh token');
    assert.equal(kidOf(person, 'access'), next.kid);
  });

  test('started twice is one rotation', async () => {
    const once = await rotate();
    assert.deepEqual(await rotate(), once);
    server.clock.advance(cacheMs);
  });

  test('keeps the old keys until their last token has ended, and removes them then', async () => {
    const person = await someone(server);
    const old = { access: kidOf(person, 'access'), refresh: kidOf(person, 'refresh') };
    const keys = await rotate();
    server.clock.advance(cacheMs);
    const { services } = server.argus;
    for (const use of ['access', 'refresh'] as const) {
      const { signsUntil, removedAfter } =
        keys.find(({ kid }) => kid === old[use]) ?? assert.fail(`no ${use} key`);
      const lifeMs = use === 'access' ? 3_600_000 : 400 * 86_400_000;
      assert.ok(signsUntil && removedAfter);
      assert.ok(Date.parse(removedAfter) >= Date.parse(signsUntil) + lifeMs, use);
    }
    server.clock.advance(299_000);
    await services.keys.tend('system');
    assert.ok((await published()).some(({ kid }) => kid === old.access));
    assert.equal((await refresh(person.browser, 0)).status, 200);
    server.clock.advance(2 * 3_600_000);
    await services.keys.tend('system');
    assert.ok(!(await published()).some(({ kid }) => kid === old.access));
    server.clock.advance(400 * 86_400_000);
    await services.keys.tend('system');
    const left = services.keys.records().map(({ kid }) => kid);
    assert.ok(!left.includes(old.refresh));
    const { rows } = await services.store.pool.query(
      "SELECT details->>'kid' AS kid FROM audit_events WHERE type = 'key.removed'",
    );
    const removed = rows.map((row) => row.kid);
    assert.ok(removed.includes(old.access) && removed.includes(old.refresh));
  });

  test('reaches another node on the same database', async () => {
    await using second = await openStage({ databaseUrl: databaseOf(server), clock: server.clock });
    await rotate();
    server.clock.advance(cacheMs);
    await second.argus.services.keys.tend('system');
    const person = await someone(server);
    const elsewhere = userAgent(second, {}, new Map(person.browser.cookies));
    assert.equal((await elsewhere.call('getSession')).status, 200);
    assert.equal((await refresh(elsewhere)).status, 200);
  });
});

describe('an emergency', () => {
  const withdraw = async () =>
    userAgent(server).call('adminRotateKeys', {
      headers: await withKey(server),
      body: { emergency: true },
    });

  test('withdraws every key at once: what they signed is refused, and new tokens are good', async () => {
    const person = await someone(server);
    const before = server.argus.services.keys.records().map(({ kid }) => kid);
    const { status, body } = await withdraw();
    assert.equal(status, 200);
    const after: Listed[] = body.keys;
    assert.equal(after.length, 6);
    assert.deepEqual(
      after.filter(({ kid }) => before.includes(kid)),
      [],
    );
    assert.deepEqual(
      (await published()).map(({ kid }) => kid).sort(),
      after
        .filter(({ use }) => use === 'access')
        .map(({ kid }) => kid)
        .sort(),
    );
    assert.equal((await person.browser.call('getSession')).status, 401);
    assert.equal((await refresh(person.browser)).status, 401);
    const again = await someone(server);
    assert.ok(after.some(({ kid }) => kid === kidOf(again, 'access')));
    assert.equal((await refresh(again.browser)).status, 200);
    const { rows } = await server.argus.services.store.pool.query(
      "SELECT details->>'kid' AS kid FROM audit_events WHERE type = 'key.withdrawn' AND actor = 'operator'",
    );
    assert.deepEqual(rows.map(({ kid }): string => kid).sort(), [...before].sort());
  });

  test('reaches another node when it next looks at the keys', async () => {
    await using second = await openStage({ databaseUrl: databaseOf(server), clock: server.clock });
    const person = await someone(second);
    await withdraw();
    assert.equal((await person.browser.call('getSession')).status, 200, 'until then it goes on');
    await second.argus.services.keys.tend('system');
    assert.equal((await person.browser.call('getSession')).status, 401);
  });

  test('is no planned rotation, and nothing else asks for it', async () => {
    const before = server.argus.services.keys.records().map(({ kid }) => kid);
    for (const body of [{ emergency: 'true' }, { emergency: 1 }, { urgent: true }]) {
      const { status } = await userAgent(server).call('adminRotateKeys', {
        headers: await withKey(server),
        body,
      });
      assert.equal(status, 400, JSON.stringify(body));
    }
    const { status } = await userAgent(server).call('adminRotateKeys', {
      headers: await withKey(server),
      body: { emergency: false },
    });
    assert.equal(status, 200);
    const after = server.argus.services.keys.records().map(({ kid }) => kid);
    assert.deepEqual(
      before.filter((kid) => !after.includes(kid)),
      [],
    );
  });
});

function databaseOf({ argus }: TestServer): string {
  return argus.services.config.databaseUrl ?? assert.fail('tests name their database');
}

test('what lies in the database and what is listed tells no key', async () => {
  const { pool } = server.argus.services.store;
  const { rows } = await pool.query('SELECT kid, use, sealed FROM signing_keys');
  const headers = await withKey(server);
  const listed = await exactly(server, { method: 'GET', path: '/admin/v1/keys', headers });
  assert.ok(rows.length >= 2);
  for (const { sealed, kid } of rows) {
    const text = sealed.toString('latin1');
    assert.doesNotMatch(text, /BEGIN|PRIVATE|"(d|k|p|q)"|RSA|kty/);
    assert.ok(listed.text.includes(kid) && !listed.text.includes(sealed.toString('base64url').slice(0, 20)));
  }
  assert.deepEqual(Object.keys(JSON.parse(listed.text).keys[0]).sort(), [
    'algorithm',
    'kid',
    'publishedAt',
    'removedAfter',
    'signsFrom',
    'signsUntil',
    'use',
  ]);
});

test('another master key opens none of the keys, and says so instead of making new ones', async () => {
  const before = (await published()).map(({ kid }) => kid);
  const config = { masterKey: Buffer.alloc(32, 8) };
  await assert.rejects(openStage({ databaseUrl: databaseOf(server), clock: server.clock, config }));
  assert.deepEqual(
    (await published()).map(({ kid }) => kid),
    before,
  );
});
