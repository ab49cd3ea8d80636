import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isOnlyContext } from '@argus/core';
import fc from 'fast-check';

const context = {
  service: ['argus', 'login', 'Harbour Bank'],
  email: 'ada.lovelace99@analytical-engines.example',
  name: 'Ada Byron-Lovelace',
};

describe('a password that is only its context is known, however it is decorated (ASVS 6.2.11):', () => {
  const decorated = [
    'argusargusargus',
    'Argus2024!Argus2024!',
    '4rgu5-4rgu5-4rgu5',
    'ARGUS!!!!!!!!!!!!!!',
    'harbourbank2026',
    'H4rbour B4nk 2026',
    'ada.lovelace99@analytical-engines.example',
    'Ada.Lovelace.1815!',
    'l0ve1ace_l0ve1ace',
    'analyticalengines1',
    'Byron-Byron-Byron',
    'ädä-lövelace-1815',
    'ａｒｇｕｓａｒｇｕｓａｒｇｕｓ',
  ];
  for (const password of decorated) {
    test(password, () => assert.equal(isOnlyContext(password, context), true));
  }
});

describe('a password that merely has a word of its context is none:', () => {
  const own = [
    'correct horse battery staple',
    'the argus sees everything twice',
    'ada counts peacock feathers',
    'byron wrote by candle light',
    'K7#9x!2Qp@4$v8&1z',
    '827593018274582',
    'engine drivers',
  ];
  for (const password of own) {
    test(password, () => assert.equal(isOnlyContext(password, context), false));
  }
});

test('an address of figures is a context as well', () => {
  const figures = { service: [], email: '5551234567@qq.example', name: null };
  assert.equal(isOnlyContext('5551234567-5551234567', figures), true);
  assert.equal(isOnlyContext('8274659301827465', figures), false);
});

test('words of one and two letters are in too many passwords to say anything', () => {
  assert.equal(
    isOnlyContext('jo jo jo jo jo jo', { service: [], email: 'jo@ab.example', name: 'Jo' }),
    false,
  );
});

test('without a context nothing is one', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => !isOnlyContext(text, { service: [] })));
});

test('a word with figures and signs around it is found, whatever they are', () => {
  const decoration = fc.stringMatching(/^[0-9 .,;:_*#?%&()=-]{0,20}$/);
  fc.assert(
    fc.property(decoration, decoration, (before, after) =>
      isOnlyContext(`${before}Harbour${after}Bank${before}`, context),
    ),
  );
});
