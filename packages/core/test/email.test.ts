import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalEmail } from '@argus/core';
import fc from 'fast-check';

describe('one address has one form:', () => {
  const same: readonly [what: string, written: string, canonical: string][] = [
    ['upper case is lowered', 'Ada.Lovelace@EXAMPLE.Org', 'ada.lovelace@example.org'],
    ['space around it is dropped', ' \tada@example.org\r\n', 'ada@example.org'],
    ['the domain becomes IDNA ASCII', 'ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['an upper-case IDNA domain is the same domain', 'ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['a wide full stop is a full stop', 'ada@example。org', 'ada@example.org'],
    ['a decomposed letter is composed', 'jose\u0301@example.org', 'jos\u00e9@example.org'],
    ['a letter that composes only in lower case is composed', 'J\u030c@example.org', '\u01f0@example.org'],
    ['the last @ divides', 'a!#$%&*+-/=?^_`{|}~.b@example.org', 'a!#$%&*+-/=?^_`{|}~.b@example.org'],
  ];
  for (const [what, written, canonical] of same) {
    test(what, () => assert.equal(canonicalEmail(written), canonical));
  }
});

describe('different people keep different addresses:', () => {
  const different: readonly [what: string, one: string, other: string][] = [
    ['dots are kept', 'ada.lovelace@gmail.com', 'adalovelace@gmail.com'],
    ['plus tags are kept', 'ada+notes@example.org', 'ada@example.org'],
    ['accents are kept', 'josé@example.org', 'jose@example.org'],
    ['a letter of another script is another letter', '\u0430da@example.org', 'ada@example.org'],
    ['wide letters before the @ are other letters', '\uff41da@example.org', 'ada@example.org'],
    ['a subdomain is another domain', 'ada@mail.example.org', 'ada@example.org'],
  ];
  for (const [what, one, other] of different) {
    test(what, () => {
      const canonical = canonicalEmail(one);
      assert.ok(canonical);
      assert.notEqual(canonical, canonicalEmail(other));
    });
  }
});

describe('what is no address is refused:', () => {
  const junk: readonly [what: string, text: string][] = [
    ['nothing', ''],
    ['no @', 'ada.example.org'],
    ['nothing before the @', '@example.org'],
    ['nothing after the @', 'ada@'],
    ['a second @', 'ada@home@example.org'],
    ['a quoted local part', '"ada"@example.org'],
    ['a comment', 'ada(home)@example.org'],
    ['a name in front', 'Ada <ada@example.org>'],
    ['two addresses', 'ada@example.org,eve@example.org'],
    ['a space inside', 'ada lovelace@example.org'],
    ['a new line inside', 'ada@example.org\nBcc:eve@example.org'],
    ['a NUL in the local part', 'a\0da@example.org'],
    ['a NUL in the domain', 'ada@exam\0ple.org'],
    ['a lone surrogate', 'a\ud800da@example.org'],
    ['a backslash', 'ada\\@example.org'],
    ['an address literal', 'ada@[192.0.2.1]'],
    ['an underscore in the domain', 'ada@exam_ple.org'],
    ['a domain that ends in a dot', 'ada@example.org.'],
    ['a domain with an empty label', 'ada@example..org'],
    ['a domain label that begins with a hyphen', 'ada@-example.org'],
    ['a port', 'ada@example.org:25'],
    ['a path', 'ada@example.org/eve'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@example.org`],
    ['a domain label of 64 characters', `ada@${'a'.repeat(64)}.org`],
    [
      'an address of 255 characters',
      `ada@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(68)}`,
    ],
  ];
  for (const [what, text] of junk) test(what, () => assert.equal(canonicalEmail(text), null));
});

test('however case, space and composition are written, the address is the same one; every other letter makes another', () => {
  const letters = fc.string({
    unit: fc.constantFrom(...'abcdefghij0123456789.+-_é'),
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(letters, letters, fc.constantFrom('example.org', 'bücher.example'), (one, other, domain) => {
      const canonical = canonicalEmail(`${one}@${domain}`);
      assert.ok(canonical);
      for (const written of [one.toUpperCase(), one.normalize('NFD'), ` ${one}`])
        assert.equal(canonicalEmail(`${written}@${domain.toUpperCase()}`), canonical, written);
      assert.equal(canonicalEmail(`${other}@${domain}`) === canonical, other === one, `${one} ${other}`);
      assert.notEqual(canonicalEmail(`${one}@mail.${domain}`), canonical);
    }),
    { numRuns: 1000 },
  );
});

test('the longest local part is taken', () => {
  assert.equal(canonicalEmail(`${'a'.repeat(64)}@example.org`), `${'a'.repeat(64)}@example.org`);
});

test('whatever is written, the form is stable, bounded, and free of control characters', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom('example.org', 'BÜCHER.example', 'x'), (local, domain) => {
      for (const written of [local, `${local}@${domain}`, `ada@${local}`]) {
        const canonical = canonicalEmail(written);
        if (canonical === null) continue;
        assert.equal(canonicalEmail(canonical), canonical);
        assert.equal(canonical, canonical.normalize('NFC'));
        assert.ok(canonical.length <= 254 && canonical.isWellFormed());
        assert.doesNotMatch(canonical, /[\s\p{Cc}]/u);
      }
    }),
    { numRuns: 2000 },
  );
});
