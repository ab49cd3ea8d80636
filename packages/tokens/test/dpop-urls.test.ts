import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparableUrl } from '../src/url-comparison.ts';
import { holderOf, proofBy, verdictOf } from './dpop-fixtures.ts';

const holder = holderOf('EdDSA');
const url = 'https://id.example/oauth/token';
const verdict = (htu: string, expected = url) => verdictOf(proofBy(holder, { htu }), { url: expected });

test('spellings of one URL are one URL (RFC 3986 §6.2.2, §6.2.3)', () => {
  const same = [
    'HTTPS://ID.EXAMPLE/oauth/token',
    'https://id.example:443/oauth/token',
    'https://id.example:/oauth/token',
    'https://id.example/./oauth/token',
    'https://id.example/x/../oauth/token',
    'https://id.example/%6Fauth/to%6ben',
    'https://id.example/x/%2e%2E/oauth/token',
  ];
  for (const htu of same) assert.equal(verdict(htu), 'accepted', htu);
  assert.equal(verdict('https://id.example', 'https://id.example/'), 'accepted');
  assert.equal(verdict('https://id.example/a%2fb%7e', 'https://id.example/a%2Fb~'), 'accepted');
});

test('query and fragment are passed over on both sides (RFC 9449 §4.3)', () => {
  for (const tail of ['?', '?code=1', '#', '#frag', '?a=1#b', '?a=/../x']) {
    assert.equal(verdict(`${url}${tail}`), 'accepted', tail);
    assert.equal(verdict(url, `${url}${tail}`), 'accepted', tail);
  }
});

test('another host, port, scheme or path is another URL', () => {
  const other = [
    'http://id.example/oauth/token',
    'https://id.example:8443/oauth/token',
    'https://id.example.attacker.example/oauth/token',
    'https://xid.example/oauth/token',
    'https://id.example/oauth/token/',
    'https://id.example/oauth//token',
    'https://id.example/OAuth/token',
    'https://id.example/oauth%2Ftoken',
    'https://id.example/oauth/token;x=1',
    'https://id.example/oauth/par',
    'https://id.example',
  ];
  for (const htu of other) assert.equal(verdict(htu), 'wrong-url', htu);
});

test('what a lenient parser would mend is refused', () => {
  const broken = [
    '/oauth/token',
    '//id.example/oauth/token',
    'https:/id.example/oauth/token',
    'https:id.example/oauth/token',
    'https:////id.example/oauth/token',
    'https:\\\\id.example\\oauth\\token',
    'https://id.example\\oauth\\token',
    'https://user@id.example/oauth/token',
    'https://user:secret@id.example/oauth/token',
    'https://id.example@attacker.example/oauth/token',
    ' https://id.example/oauth/token',
    'https://id.example/oauth/token\n',
    'https://id.exa\tmple/oauth/token',
    'https://id.example/oauth/tok en',
    'https://id.example/oauth/token%',
    'https://id.example/oauth/%zztoken',
    'https://id.exämple/oauth/token',
    'ftp://id.example/oauth/token',
    'javascript:alert(1)',
    'https://',
  ];
  for (const htu of broken) assert.equal(verdict(htu), 'wrong-url', htu);
});

test('a URL that cannot be compared equals none, not even itself', () => {
  for (const text of ['/oauth/token', 'https://user@id.example/', 'not a url']) {
    assert.equal(verdict(text, text), 'wrong-url', text);
  }
});

test('comparing is stable: a URL in its comparable form is its own comparable form', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
      const once = comparableUrl(text);
      fc.pre(once !== undefined);
      assert.equal(comparableUrl(once), once);
      assert.equal(comparableUrl(`${once}?q#f`), once);
      assert.equal(verdict(text, text), 'accepted');
    }),
    { numRuns: 300 },
  );
});

test('two URLs are equal exactly when their octets are: escaping an unreserved letter changes nothing, a reserved one does', () => {
  const segment = fc.stringMatching(/^[a-zA-Z0-9._~-]{1,8}$/).filter((text) => !/^\.{1,2}$/.test(text));
  fc.assert(
    fc.property(
      segment,
      fc.nat(),
      fc.constantFrom('/', '?', '#', ':', '@', '&', '=', '+', ','),
      (name, at, reserved) => {
        const place = at % name.length;
        const hex = name.charCodeAt(place).toString(16);
        const escaped = `${name.slice(0, place)}%${hex}${name.slice(place + 1)}`;
        assert.equal(verdict(`https://id.example/${escaped}`, `https://id.example/${name}`), 'accepted');
        const literal = `https://id.example/${name}${reserved}x`;
        const encoded = `https://id.example/${name}${encodeURIComponent(reserved)}x`;
        assert.equal(verdict(encoded, literal), 'wrong-url');
      },
    ),
    { numRuns: 200 },
  );
});
