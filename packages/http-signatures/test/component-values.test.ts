import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FieldLine, type Message, signatureBase } from '../src/index.ts';
import { innerListOf, parseItem } from '../src/structured-fields/index.ts';

function valueIn(message: Message, identifier: string): string {
  const made = signatureBase(message, innerListOf([parseItem(identifier)]));
  if (!made.ok) return made.rejection;
  const [line = ''] = made.base.toString('latin1').split('\n');
  assert.ok(line.startsWith(`${identifier}: `));
  return line.slice(identifier.length + 2);
}

const at = (targetUri: string): Message => ({ kind: 'request', method: 'GET', targetUri, fields: [] });
const withLines = (...fields: readonly FieldLine[]): Message => ({ ...at('https://a.example/'), fields });

describe('a target URI', () => {
  const same: [uri: string, authority: string, path: string, query: string][] = [
    ['https://id.example', 'id.example', '/', '?'],
    ['HTTPS://ID.Example:443', 'id.example', '/', '?'],
    ['https://id.example:/', 'id.example', '/', '?'],
    ['https://id.example?', 'id.example', '/', '?'],
    ['https://id.example?a=b', 'id.example', '/', '?a=b'],
    ['https://id.example:8443/A//b/../c%2f%2F;x', 'id.example:8443', '/A//b/../c%2f%2F;x', '?'],
    ['http://id.example:80/a?b?c=/d', 'id.example', '/a', '?b?c=/d'],
    ['http://id.example:443/', 'id.example:443', '/', '?'],
    ['https://id.example:80/', 'id.example:80', '/', '?'],
    ['https://[2001:DB8::1]:8443/', '[2001:db8::1]:8443', '/', '?'],
  ];
  for (const [uri, authority, path, query] of same) {
    test(`${uri}: host in lower case, default port left out, the rest as written`, () => {
      assert.equal(valueIn(at(uri), '"@authority"'), authority);
      assert.equal(valueIn(at(uri), '"@path"'), path);
      assert.equal(valueIn(at(uri), '"@query"'), query);
    });
  }

  test('is normalised as its parts are, and no further', () => {
    assert.equal(valueIn(at('HTTPS://ID.Example:443'), '"@target-uri"'), 'https://id.example/');
    assert.equal(
      valueIn(at('https://id.example/A/../%7e?%7E'), '"@target-uri"'),
      'https://id.example/A/../%7e?%7E',
    );
    assert.equal(valueIn(at('HTTP://a.example'), '"@scheme"'), 'http');
    assert.equal(valueIn(at('http://a.example/x?y'), '"@request-target"'), '/x?y');
  });

  const none = [
    ...['', '/path', 'id.example/', '//id.example/', 'https:/id.example', 'https:id.example', 'https://'],
    ...[
      'https:///path',
      'https://id.example/#a',
      'https://id.example#',
      'https://u@id.example/',
      'https://u:p@a/',
    ],
    ...['https://id.example:x/', 'https://id.example:443:443/', 'https://a b/', 'https://id.example/a b'],
    ...[
      'https://id.example/é',
      'https://id.example\\@b/',
      'https://[::1/',
      'https://id.example/\n',
      ' https://a/',
    ],
    ...['https://id.example/\r\n"@method": GET', '1https://a/'],
  ];
  for (const uri of none) {
    test(`is not ${JSON.stringify(uri)}`, () => assert.equal(valueIn(at(uri), '"@target-uri"'), 'bad-value'));
  }
});

describe('a query parameter', () => {
  const query =
    'https://a.example/?plus=a+b&pct=a%20b&both=%2B&empty=&bare&eq=a=b&bad=100%&half=%4&fa%C3%A7ade=x&*-._=*-._&q=~!%27()&=n';
  const values: Record<string, string> = {
    plus: 'a%20b',
    pct: 'a%20b',
    both: '%2B',
    empty: '',
    bare: '',
    eq: 'a%3Db',
    bad: '100%25',
    half: '%254',
    'fa%C3%A7ade': 'x',
    '*-._': '*-._',
    q: '%7E%21%27%28%29',
    '': 'n',
  };
  for (const [name, value] of Object.entries(values)) {
    test(`"${name}" is decoded as in a form and encoded anew`, () => {
      assert.equal(valueIn(at(query), `"@query-param";name="${name}"`), value);
    });
  }

  test('is known by its encoded name only', () => {
    assert.equal(valueIn(at('https://a.example/?a%20b=1'), '"@query-param";name="a%20b"'), '1');
    assert.equal(valueIn(at('https://a.example/?a%20b=1'), '"@query-param";name="a b"'), 'absent-component');
  });

  test('encodes as URLSearchParams decodes', () => {
    for (const text of ['a', '%e2%82%ac', '+%2b+', '100%25', '%F0%9F%90%B6', '%EF%BB%BFx', 'a%']) {
      const decoded = new URLSearchParams(`v=${text}`).get('v') ?? '';
      const encoded = valueIn(at(`https://a.example/?v=${text}`), '"@query-param";name="v"');
      assert.equal(decodeURIComponent(encoded), decoded);
    }
  });
});

describe('a field', () => {
  test('has its lines joined, the blanks around each of them gone', () => {
    const message = withLines(['A', ' x\t'], ['b', 'y'], ['a', '\t y  z '], ['A', '']);
    assert.equal(valueIn(message, '"a"'), 'x, y  z, ');
  });

  test('keeps what is no blank in HTTP, which then is refused', () => {
    for (const character of ['\u00a0', '\u2003', '\ufeff', '\v', '\f', '\u0085']) {
      assert.equal(valueIn(withLines(['a', `x${character}`]), '"a"'), 'bad-value');
    }
  });

  test('is unfolded where it was folded', () => {
    assert.equal(valueIn(withLines(['a', 'x\r\n\t y \r\n z']), '"a"'), 'x y z');
    assert.equal(valueIn(withLines(['a', 'x\r\n ']), '"a"'), 'x');
    assert.equal(valueIn(withLines(['a', 'x\r\ny']), '"a"'), 'bad-value');
    assert.equal(valueIn(withLines(['a', 'x\n y']), '"a"'), 'bad-value');
  });

  test('may be written strictly, as one member, or as bytes of each line', () => {
    const message = withLines(['Priority', ' u=1,   i;x=1 '], ['Priority', 'c=(a   b)']);
    assert.equal(valueIn(message, '"priority"'), 'u=1,   i;x=1, c=(a   b)');
    assert.equal(valueIn(message, '"priority";sf'), 'u=1, i;x=1, c=(a b)');
    assert.equal(valueIn(message, '"priority";key="i"'), '?1;x=1');
    assert.equal(valueIn(message, '"priority";key="c"'), '(a b)');
    assert.equal(valueIn(message, '"priority";key="z"'), 'absent-component');
    assert.equal(valueIn(message, '"priority";bs'), ':dT0xLCAgIGk7eD0x:, :Yz0oYSAgIGIp:');
  });

  test('of the trailers is another one', () => {
    const message: Message = { ...withLines(['Expires', 'now']), trailers: [['Expires', 'later']] };
    assert.equal(valueIn(message, '"expires"'), 'now');
    assert.equal(valueIn(message, '"expires";tr'), 'later');
  });

  test('of a request is not that of its response', () => {
    const response: Message = {
      kind: 'response',
      status: 200,
      fields: [['A', 'mine']],
      request: withLinesOf('A', 'its'),
    };
    assert.equal(valueIn(response, '"a"'), 'mine');
    assert.equal(valueIn(response, '"a";req'), 'its');
    assert.equal(valueIn(response, '"@authority";req'), 'a.example');
  });
});

function withLinesOf(name: string, value: string) {
  return {
    kind: 'request',
    method: 'GET',
    targetUri: 'https://a.example/',
    fields: [[name, value] as const],
  } as const;
}
