import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyAccessToken, verifyRefreshToken } from '../src/index.ts';
import {
  accessClaims,
  expectAccess,
  forge,
  headerOf,
  issuer,
  now,
  refreshClaims,
  ringOf,
} from './fixtures.ts';

const ring = await ringOf('RS256', 'HS256');
const accessKey = ring.signing('access', now);
const refreshKey = ring.signing('refresh', now);
const both = { ...refreshClaims, ...accessClaims, aud: issuer };

const kinds: readonly (string | undefined)[] = [
  'at+jwt',
  'rt+jwt',
  'JWT',
  undefined,
  'logout+jwt',
  'secevent+jwt',
  'dbsc+jwt',
  'dpop+jwt',
  'AT+JWT',
  'application/at+jwt',
  'at+jwt ',
  '',
];

for (const typ of kinds) {
  for (const key of [accessKey, refreshKey]) {
    test(`typ ${typ ?? 'absent'} under the ${key.use} key opens only what it is meant for (RFC 8725 §3.11)`, () => {
      // One set of claims that would satisfy both verifiers: only type and key keep them apart.
      const token = forge(key, { ...headerOf(key), typ }, both);
      const asAccess = verifyAccessToken(ring, token, { ...expectAccess, audience: issuer });
      const asRefresh = verifyRefreshToken(ring, token, { issuer, now });
      assert.equal(asAccess.ok, typ === 'at+jwt' && key === accessKey);
      assert.equal(asRefresh.ok, typ === 'rt+jwt' && key === refreshKey);
    });
  }
}

test('a type that is not text is refused', () => {
  for (const typ of [1, null, ['at+jwt'], { a: 'at+jwt' }]) {
    const verified = verifyAccessToken(
      ring,
      forge(accessKey, { ...headerOf(accessKey), typ }, both),
      expectAccess,
    );
    assert.deepEqual(verified, { ok: false, rejection: 'bad-header' });
  }
});
