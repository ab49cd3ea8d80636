import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import {
  equalInConstantTime,
  issueRefreshToken,
  openKeyRing,
  refreshTokenId,
  TokensFault,
} from '../src/index.ts';
import { issuer, keyOf, masterKey, now, random, refreshClaims, ringOf } from './fixtures.ts';

const secret = Buffer.alloc(32, 7);

test('equal claims under one key give the same token, whatever the order of their members', async () => {
  const ring = await ringOf('HS256');
  const shuffled = Object.fromEntries(Object.entries(refreshClaims).reverse());
  const token = issueRefreshToken(ring, refreshClaims, now);
  assert.equal(issueRefreshToken(ring, { ...refreshClaims, ...shuffled }, now), token);
  const backwards = { gen: 3, ...Object.fromEntries(Object.entries(refreshClaims).reverse()), iss: issuer };
  assert.equal(issueRefreshToken(ring, { ...refreshClaims, ...backwards }, now + 60_000), token);
});

test('any other claim or key gives another token', async () => {
  const ring = await ringOf('HS256');
  const token = issueRefreshToken(ring, refreshClaims, now);
  assert.notEqual(issueRefreshToken(ring, { ...refreshClaims, gen: 4 }, now), token);
  assert.notEqual(
    issueRefreshToken(openKeyRing([await keyOf('HS256')], masterKey), refreshClaims, now),
    token,
  );
});

test('the id of a generation is HMAC-SHA256 of the grant secret over its name and number', () => {
  const counter = Buffer.from('0000000000000007', 'hex');
  const expected = createHmac('sha256', secret).update(
    Buffer.concat([Buffer.from('argus-refresh'), counter]),
  );
  assert.equal(refreshTokenId(secret, 7), expected.digest('base64url'));
});

test('every generation and every grant has an id of its own', () => {
  const ids = new Set<string>();
  for (let generation = 0; generation < 300; generation++) ids.add(refreshTokenId(secret, generation));
  for (let grant = 0; grant < 100; grant++) ids.add(refreshTokenId(random.bytes(32), 0));
  ids.add(refreshTokenId(secret, Number.MAX_SAFE_INTEGER));
  assert.equal(ids.size, 401);
});

test('an id is never made from a short secret or from a number that does not count', () => {
  assert.throws(() => refreshTokenId(new Uint8Array(15), 1), TokensFault);
  for (const generation of [-1, 0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => refreshTokenId(secret, generation), TokensFault);
  }
});

test('constant-time equality is equality, for texts of any length and alphabet', () => {
  assert.equal(equalInConstantTime('', ''), true);
  assert.equal(equalInConstantTime('añb', 'añb'), true);
  for (const [a, b] of [
    ['a', 'b'],
    ['a', 'aa'],
    ['', 'a'],
    ['é', 'e'],
    ['a\0', 'a'],
  ] as const) {
    assert.equal(equalInConstantTime(a, b), false);
  }
});
