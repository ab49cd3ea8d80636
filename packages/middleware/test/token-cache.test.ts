import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { protect } from '../src/index.ts';
import { principalOf } from '../src/principal.ts';
import { createVerifiedTokens } from '../src/verified-tokens.ts';
import { setting, withBearer } from './fake-issuer.ts';

async function sampleToken() {
  const { issuer } = await setting();
  const key = {
    kid: 'k',
    use: 'access',
    algorithm: 'HS256',
    key: createSecretKey(Buffer.alloc(32)),
    removeAfterAt: null,
  } as const;
  const principal = principalOf(issuer.claims(), 'bearer');
  const standing = { claims: principal.claims };
  return (bytes: number) => ({ principal, standing, key, bytes, notBeforeAt: 0 });
}

test('ten times as many tokens as allowed leave no more than allowed', async () => {
  const { clock, issuer } = await setting();
  const cache = { entries: 20, bytes: 10_000_000 };
  const { check, state } = protect({ issuer: issuer.url, cache, fetch: issuer.fetch, clock });
  let most = 0;
  for (let n = 0; n < 200; n++) {
    assert.equal((await check(withBearer(await issuer.token()))).ok, true);
    most = Math.max(most, state().cache.entries);
  }
  assert.equal(most, 20);
});

test('ten times as many bytes as allowed leave no more than allowed', async () => {
  const { clock, issuer } = await setting();
  const cache = { entries: 10_000, bytes: 50_000 };
  const { check, state } = protect({ issuer: issuer.url, cache, fetch: issuer.fetch, clock });
  let most = 0;
  for (let n = 0; n < 200; n++) {
    await check(withBearer(await issuer.token()));
    most = Math.max(most, state().cache.bytes);
  }
  assert.ok(most > 25_000 && most <= 50_000, `${most} bytes`);
});

test('an empty cache still admits good tokens', async () => {
  const { clock, issuer } = await setting();
  const cache = { entries: 0, bytes: 0 };
  const { check, state } = protect({ issuer: issuer.url, cache, fetch: issuer.fetch, clock });
  const token = await issuer.token();
  assert.equal((await check(withBearer(token))).ok, true);
  assert.equal((await check(withBearer(token))).ok, true);
  assert.equal(state().cache.entries, 0);
});

test('a token in use stays while others come and go', async () => {
  const tokenOf = await sampleToken();
  const cache = createVerifiedTokens({ entries: 10, bytes: 1_000 });
  cache.set('in use', tokenOf(1));
  for (let n = 0; n < 100; n++) {
    cache.set(`passing ${n}`, tokenOf(1));
    assert.notEqual(cache.get('in use'), undefined);
  }
});

test('property: whatever is done, the counts are true and within the bounds', async () => {
  const tokenOf = await sampleToken();
  const digest = fc.constantFrom(...'abcdefghijklmnop');
  const action = fc.tuple(fc.constantFrom('get', 'set', 'delete'), digest, fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
      const cache = createVerifiedTokens({ entries: 8, bytes: 100 });
      for (const [act, name, bytes] of actions) {
        if (act === 'set') cache.set(name, tokenOf(bytes));
        else if (act === 'get') cache.get(name);
        else cache.delete(name);
        const { entries, bytes: held } = cache.size();
        assert.ok(entries <= 8 && held <= 100 && held >= entries);
      }
      for (const name of 'abcdefghijklmnop') cache.delete(name);
      assert.deepEqual(cache.size(), { entries: 0, bytes: 0 });
    }),
  );
});

test('a cached token is refused at its expiry and forgotten', async () => {
  const { clock, issuer } = await setting();
  const { check, state } = protect({ issuer: issuer.url, clockSkewSeconds: 0, fetch: issuer.fetch, clock });
  const token = await issuer.token();
  await check(withBearer(token));
  clock.advance(299_999);
  assert.equal((await check(withBearer(token))).ok, true);
  clock.advance(1);
  const verdict = await check(withBearer(token));
  assert.equal(!verdict.ok && verdict.reason, 'expired');
  assert.equal(state().cache.entries, 0);
});

test('a cached token is refused when the clock was set back before its beginning', async () => {
  const { clock, issuer } = await setting();
  let backMs = 0;
  const shifting = { now: () => clock.now() - backMs };
  const { check } = protect({
    issuer: issuer.url,
    clockSkewSeconds: 0,
    fetch: issuer.fetch,
    clock: shifting,
  });
  const token = await issuer.token();
  assert.equal((await check(withBearer(token))).ok, true);
  backMs = 1_000;
  const verdict = await check(withBearer(token));
  assert.equal(!verdict.ok && verdict.reason, 'not-yet-valid');
});

test('a cached token whose signature is spelled differently is not found', async () => {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const token = await issuer.token();
  await check(withBearer(token));
  const verdict = await check(withBearer(`${token}=`));
  assert.equal(!verdict.ok && verdict.reason, 'malformed');
});
