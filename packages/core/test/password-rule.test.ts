import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { balanced, canonicalPassword, passwordRefusal } from '@argus/core';

const { password: policy } = balanced.authentication;

describe('length alone decides on a password, in code points of NFC:', () => {
  const cases: readonly [what: string, password: string, refusal: string | null][] = [
    ['fourteen are too few', 'a'.repeat(14), 'password_too_short'],
    ['fifteen are enough', 'a'.repeat(15), null],
    ['256 are allowed', 'a'.repeat(256), null],
    ['257 are too many', 'a'.repeat(257), 'password_too_long'],
    ['an emoji counts once', '🦚'.repeat(14), 'password_too_short'],
    ['fifteen emoji are enough', '🦚'.repeat(15), null],
    ['a decomposed letter counts once', 'e\u0301'.repeat(14), 'password_too_short'],
    ['256 decomposed letters are allowed', 'e\u0301'.repeat(256), null],
    ['spaces count and stay', ' '.repeat(15), null],
    ['lower case alone is fine', 'correct horse battery staple', null],
    ['nothing is too short', '', 'password_too_short'],
  ];
  for (const [what, password, refusal] of cases) {
    test(what, () => assert.equal(passwordRefusal(password, policy), refusal));
  }
});

test('a password is hashed in NFC, with nothing trimmed, folded or cut', () => {
  assert.equal(canonicalPassword('  Cafe\u0301\0 '), '  Café\0 ');
  assert.equal(canonicalPassword('x'.repeat(1024)).length, 1024);
  // NFKC would make these two the same password.
  assert.notEqual(canonicalPassword('ﬁ'), canonicalPassword('fi'));
});
