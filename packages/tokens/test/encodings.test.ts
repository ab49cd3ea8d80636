import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64url } from '../src/base64url.ts';
import { derOf, rawOf } from '../src/ecdsa-encoding.ts';

test('base64url text is decoded exactly when encoding gives it back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ABCQgwxyz0189-_+/= .'.split('')), maxLength: 12 }),
      (text) => {
        const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text;
        assert.equal(decodeBase64url(text) !== undefined, isCanonical);
      },
    ),
    { numRuns: 3000 },
  );
});

test('any bytes survive base64url', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.deepEqual(decodeBase64url(Buffer.from(bytes).toString('base64url')), Buffer.from(bytes));
    }),
  );
});

test('our DER and raw ECDSA signatures are those of OpenSSL, for small and large integers', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (let round = 0; round < 600; round++) {
    const input = Buffer.from(`message ${round}`);
    const der = sign('sha256', input, privateKey);
    const raw = rawOf(der);
    assert.equal(verify('sha256', input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw), true);
    assert.deepEqual(derOf(raw), der);
  }
});

test('raw and DER convert into each other for every pair of integers', () => {
  const integer = fc
    .tuple(fc.nat({ max: 31 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map(([zeros, bytes]) => {
      return Buffer.concat([Buffer.alloc(zeros), Buffer.from(bytes).subarray(zeros)]);
    });
  fc.assert(
    fc.property(integer, integer, (r, s) => {
      const raw = Buffer.concat([r, s]);
      assert.deepEqual(rawOf(derOf(raw)), raw);
    }),
    { numRuns: 500 },
  );
});
