import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { balanced, canonicalPassword, passwordRefusal, passwordRuleOf, presetPolicy } from '@argus/core';

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

describe('letters and digits, where policy asks for both:', () => {
  const rule = passwordRuleOf(presetPolicy('pci-dss').authentication, true);
  const cases: readonly [what: string, password: string, refusal: string | null][] = [
    ['eleven are too few', 'abcdefghi12', 'password_too_short'],
    ['twelve with both are enough', 'abcdefghij12', null],
    ['letters alone are not', 'abcdefghijkl', 'password_composition'],
    ['digits alone are not', '123456789012', 'password_composition'],
    ['letters of any script and figures of any count', 'пароль из слов ٣', null],
  ];
  for (const [what, password, refusal] of cases) {
    test(what, () => assert.equal(passwordRefusal(password, rule), refusal));
  }
});

describe('the shorter length holds', () => {
  const shortest = (required: 1 | 2, hasSecondFactor: boolean) => {
    const { factors, password } = balanced.authentication;
    return passwordRuleOf({ factors: { ...factors, required }, password }, hasSecondFactor).minLength;
  };
  test('where a second factor is set up', () => assert.equal(shortest(1, true), 8));
  test('where one is demanded of everybody', () => assert.equal(shortest(2, false), 8));
  test('and nowhere else', () => assert.equal(shortest(1, false), 15));
});
