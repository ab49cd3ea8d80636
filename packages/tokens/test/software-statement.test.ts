import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  type ForeignKeys,
  importClientKeys,
  issuerOfStatement,
  type RingKey,
  verifySoftwareStatement,
} from '../src/index.ts';
import { forge, now, nowSeconds, ringOf } from './fixtures.ts';

const issuer = 'https://directory.example';
const expect = { issuer, audience: 'https://id.example', now };
const claims = { iss: issuer, software_id: 'notes', client_name: 'Notes' };

let key: RingKey;
let stranger: RingKey;
let keys: ForeignKeys;
before(async () => {
  const [ring, other] = [await ringOf('ES256'), await ringOf('ES256')];
  key = ring.signing('access', now);
  stranger = other.signing('access', now);
  const imported = importClientKeys(ring.jwks(now));
  assert.ok(imported.ok);
  keys = imported.keys;
});

const header = (more: object = {}) => ({ alg: 'ES256', kid: key.kid, ...more });
const verdict = (token: string) => {
  const verified = verifySoftwareStatement(keys, token, expect);
  return verified.ok ? 'good' : verified.rejection;
};

describe('a software statement', () => {
  test('that its issuer signed says what it says', () => {
    const verified = verifySoftwareStatement(keys, forge(key, header(), claims), expect);
    assert.ok(verified.ok);
    assert.deepEqual(verified.claims, claims);
  });

  test('may call itself a JWT, or nothing, and may do without the name of the key', () => {
    for (const typ of ['JWT', 'jwt']) assert.equal(verdict(forge(key, header({ typ }), claims)), 'good');
    assert.equal(verdict(forge(key, { alg: 'ES256' }, claims)), 'good');
  });

  test('may live as long as its software, and no longer than it says', () => {
    const at = (times: object) => verdict(forge(key, header(), { ...claims, ...times }));
    assert.equal(at({ exp: nowSeconds + 1, nbf: nowSeconds, iat: nowSeconds - 86_400 * 1000 }), 'good');
    assert.equal(at({ exp: nowSeconds - 31 }), 'expired');
    assert.equal(at({ nbf: nowSeconds + 31 }), 'not-yet-valid');
    assert.equal(at({ iat: nowSeconds + 31 }), 'not-yet-valid');
  });

  test('may be for anybody, or for this server among others', () => {
    const to = (aud: unknown) => verdict(forge(key, header(), { ...claims, aud }));
    assert.equal(to('https://id.example'), 'good');
    assert.equal(to(['https://else.example', 'https://id.example']), 'good');
    for (const aud of ['https://else.example', ['https://else.example'], [], 1, null])
      assert.equal(to(aud), 'wrong-audience', JSON.stringify(aud));
  });
});

describe('a forged software statement is refused:', () => {
  const forgeries: readonly [what: string, token: () => string, rejection: string][] = [
    ['signed by somebody else', () => forge(stranger, header(), claims), 'bad-signature'],
    ['under a key that nobody has', () => forge(key, header({ kid: 'x' }), claims), 'unknown-key'],
    [
      'without a signature',
      () => `${forge(key, { alg: 'none' }, claims).split('.', 2).join('.')}.`,
      'malformed',
    ],
    ['of no algorithm', () => forge(key, { alg: 'none' }, claims), 'wrong-algorithm'],
    ['of a shared secret', () => forge(key, header({ alg: 'HS256' }), claims), 'wrong-algorithm'],
    ['with a key of its own', () => forge(key, header({ jwk: {} }), claims), 'bad-header'],
    ['with an address of its key', () => forge(key, header({ jku: issuer }), claims), 'bad-header'],
    ['of another kind', () => forge(key, header({ typ: 'at+jwt' }), claims), 'wrong-type'],
    [
      'by another issuer',
      () => forge(key, header(), { ...claims, iss: 'https://else.example' }),
      'wrong-issuer',
    ],
    ['by nobody', () => forge(key, header(), { software_id: 'notes' }), 'wrong-issuer'],
    ['that says a thing twice', () => forge(key, header(), '{"iss":"a","iss":"b"}'), 'bad-claims'],
    ['that is a list', () => forge(key, header(), '[]'), 'bad-claims'],
    ['with a time that is a text', () => forge(key, header(), { ...claims, exp: 'never' }), 'bad-claims'],
    ['of 9,000 characters', () => forge(key, header(), { ...claims, long: 'x'.repeat(9000) }), 'too-long'],
  ];
  for (const [what, token, rejection] of forgeries)
    test(what, () => assert.equal(verdict(token()), rejection));
});

test('who a statement says it is by is read without believing it', () => {
  assert.equal(issuerOfStatement(forge(stranger, header(), claims)), issuer);
  for (const text of [
    '',
    'a.b.c',
    'x'.repeat(9000),
    forge(key, header(), { iss: 1 }),
    forge(key, header(), '[]'),
  ])
    assert.equal(issuerOfStatement(text), null);
});
