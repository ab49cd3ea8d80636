import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { verifyAccessToken, verifyRefreshToken } from '../src/index.ts';
import {
  accessClaims,
  expectAccess,
  forge,
  headerOf,
  issued,
  issuer,
  now,
  nowSeconds,
  refreshClaims,
  ringOf,
} from './fixtures.ts';

const ring = await ringOf('EdDSA', 'HS256');
const key = ring.signing('access', now);
const refreshKey = ring.signing('refresh', now);

function verdict(change: Readonly<Record<string, unknown>>, at = now, skewSeconds = 0): string {
  const token = forge(key, headerOf(key), { ...accessClaims, ...change });
  const verified = verifyAccessToken(ring, token, { ...expectAccess, now: at, skewSeconds });
  return verified.ok ? 'accepted' : verified.rejection;
}

test('a token dies at the millisecond of its exp and not before (RFC 7519 §4.1.4)', () => {
  assert.equal(verdict({}, accessClaims.exp * 1000 - 1), 'accepted');
  assert.equal(verdict({}, accessClaims.exp * 1000), 'expired');
});

test('clock skew is forgiven exactly as far as it was allowed, at both ends', () => {
  assert.equal(verdict({}, accessClaims.exp * 1000 + 4999, 5), 'accepted');
  assert.equal(verdict({}, accessClaims.exp * 1000 + 5000, 5), 'expired');
  assert.equal(verdict({}, accessClaims.iat * 1000 - 5000, 5), 'accepted');
  assert.equal(verdict({}, accessClaims.iat * 1000 - 5001, 5), 'not-yet-valid');
});

test('a token from the future, by iat or by nbf, is not yet valid', () => {
  assert.equal(verdict({}, accessClaims.iat * 1000 - 1), 'not-yet-valid');
  assert.equal(verdict({ nbf: nowSeconds + 1 }), 'not-yet-valid');
  assert.equal(verdict({ nbf: nowSeconds }), 'accepted');
});

test('an expired token still says what it was, since its signature was good', () => {
  const token = forge(key, headerOf(key), { ...accessClaims });
  const verified = verifyAccessToken(ring, token, { ...expectAccess, now: accessClaims.exp * 1000 });
  assert.equal(!verified.ok && verified.claims?.jti, accessClaims.jti);
});

test('more than a minute of clock skew is a mistake in configuration', () => {
  for (const skewSeconds of [61, -1, Number.NaN]) {
    assert.throws(() => verdict({}, now, skewSeconds), /clock skew/);
  }
});

const absurd: readonly unknown[] = [
  '1767603600',
  nowSeconds + 0.5,
  -1,
  0,
  1e308,
  Number.MAX_SAFE_INTEGER,
  253_402_300_800,
  now,
  true,
  null,
  [nowSeconds],
  {},
];
for (const name of ['exp', 'iat', 'nbf', 'auth_time', 'sct']) {
  for (const value of absurd) {
    // In milliseconds these two are 1978 and today.
    if (name === 'sct' && (value === now || value === 253_402_300_800)) continue;
    test(`${name} = ${JSON.stringify(value)} is refused`, () => {
      assert.equal(verdict({ [name]: value }), 'bad-claims');
    });
  }
}

test('numbers JSON cannot mean are refused as times: overflow, NaN, hexadecimal, leading zeros', () => {
  const text = JSON.stringify(accessClaims);
  for (const number of ['1e999', 'NaN', '0x7fffffff', '01767603600', '1767603600.0000001', '-0', '1e-5']) {
    const changed = text.replace(`"exp":${accessClaims.exp}`, `"exp":${number}`);
    assert.notEqual(changed, text);
    const verified = verifyAccessToken(ring, forge(key, headerOf(key), changed), expectAccess);
    assert.deepEqual(verified, { ok: false, rejection: 'bad-claims' }, number);
  }
});

test('times that contradict each other are refused: exp ≤ iat, proof after issue, session after issue', () => {
  assert.equal(verdict({ exp: accessClaims.iat }), 'bad-claims');
  assert.equal(verdict({ auth_time: accessClaims.iat + 1 }), 'bad-claims');
  assert.equal(verdict({ sct: now + 1000 }), 'bad-claims');
});

test('for any times, a token is accepted exactly while iat ≤ now < exp', () => {
  const seconds = fc.integer({ min: 1, max: 4_000_000_000 });
  fc.assert(
    fc.property(
      seconds,
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: -5000, max: 200_000_000 }),
      (iat, life, offset) => {
        const at = iat * 1000 + offset;
        const times = { iat, exp: iat + life, auth_time: iat, sct: iat * 1000 };
        const expected = offset < 0 ? 'not-yet-valid' : offset < life * 1000 ? 'accepted' : 'expired';
        assert.equal(verdict(times, at), expected);
      },
    ),
    { numRuns: 300 },
  );
});

test('for any JSON in place of exp, nothing but a whole second in the future is accepted', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (exp) => {
      const isWhole = typeof exp === 'number' && Number.isInteger(exp) && exp <= 253_402_300_799;
      const isAccepted = verdict({ exp }) === 'accepted';
      assert.equal(isAccepted, isWhole && exp > nowSeconds);
    }),
    { numRuns: 500 },
  );
});

test('a refresh token forgives no skew and knows no nbf', () => {
  const verify = (change: Readonly<Record<string, unknown>>, at: number) => {
    const token = forge(refreshKey, headerOf(refreshKey), { ...refreshClaims, ...change });
    const verified = verifyRefreshToken(ring, token, { issuer, now: at });
    return verified.ok ? 'accepted' : verified.rejection;
  };
  assert.equal(verify({}, refreshClaims.exp * 1000 - 1), 'accepted');
  assert.equal(verify({}, refreshClaims.exp * 1000), 'expired');
  assert.equal(verify({}, refreshClaims.iat * 1000 - 1), 'not-yet-valid');
  assert.equal(verify({ nbf: nowSeconds }, now), 'bad-claims');
});

test('a token proves nothing once its key was to be removed', async () => {
  const token = await issued(ring);
  const verdictWith = (removeAfterAt: number) => {
    const verified = verifyAccessToken({ find: () => ({ ...key, removeAfterAt }) }, token, expectAccess);
    return verified.ok ? 'accepted' : verified.rejection;
  };
  assert.equal(verdictWith(now + 1), 'accepted');
  assert.equal(verdictWith(now), 'unknown-key');
});
