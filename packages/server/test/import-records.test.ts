import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ImportFormat, personColumns } from '@argus/contract';
import { seeded } from '@argus/testing';
import { formats } from '../src/import/formats/index.ts';
import { BrokenFile, type Found, longestRecord, type Place } from '../src/import/records/record.ts';

/** Records of a file that comes in pieces of this size, and why it cannot be read any further. */
function read(format: ImportFormat, file: Uint8Array | string, size = 7, from: Place | null = null) {
  const bytes = Buffer.from(file);
  const found: Found[] = [];
  const reader = formats[format].read(from);
  try {
    for (let at = from?.offset ?? 0; at < bytes.length; at += size)
      found.push(...reader.push(bytes.subarray(at, at + size)));
    found.push(...reader.end());
    return { found, broken: null };
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    return { found, broken: error.message };
  }
}

const told = (found: readonly Found[]) =>
  found.map((each) => ('mistake' in each ? each.mistake : each.value));
const rows = (format: ImportFormat, file: Uint8Array | string, size?: number) =>
  told(read(format, file, size).found);
const brokenBy = (format: ImportFormat, file: Uint8Array | string) => read(format, file).broken;

const people = [{ email: 'a@x.example' }, { email: 'b@x.example', name: 'B "b" \\ {[,;]}' }, { n: [[{}]] }];
const files: Readonly<Record<string, { format: ImportFormat; file: string; holds: readonly unknown[] }>> = {
  'a list': { format: 'json', file: JSON.stringify(people), holds: people },
  'a list that is laid out': { format: 'json', file: JSON.stringify(people, null, 2), holds: people },
  lines: { format: 'json', file: people.map((each) => JSON.stringify(each)).join('\n'), holds: people },
  'lines of Windows': {
    format: 'auth0',
    file: people.map((each) => `${JSON.stringify(each)}\r\n`).join('\r\n'),
    holds: people,
  },
  'a realm': {
    format: 'keycloak',
    file: JSON.stringify({
      realm: 'x',
      roles: { users: [{ no: 1 }] },
      users: people,
      clients: [{ users: [1] }],
    }),
    holds: people,
  },
  'several realms': {
    format: 'keycloak',
    file: JSON.stringify([{ users: people.slice(0, 1) }, { id: '"users":[', users: people.slice(1) }]),
    holds: people,
  },
  'a table': {
    format: 'csv',
    file: 'email,name\r\na@x.example,\r\nb@x.example,"B ""b"", {\r\n;}"\r\n\r\n"c@x.example",C',
    holds: [
      { email: 'a@x.example' },
      { email: 'b@x.example', name: 'B "b", {\r\n;}' },
      { email: 'c@x.example', name: 'C' },
    ],
  },
  'a table with semicolons': {
    format: 'csv',
    file: 'email;name\na@x.example;A, B\n',
    holds: [{ email: 'a@x.example', name: 'A, B' }],
  },
};

describe('the records of a file are found, whatever pieces it comes in:', () => {
  for (const [what, { format, file, holds }] of Object.entries(files)) {
    test(what, () => {
      for (const text of [file, `\ufeff${file}`])
        for (const size of [1, 2, 3, 5, 17, 1000]) assert.deepEqual(rows(format, text, size), holds);
    });

    test(`${what}, read on from behind any record`, () => {
      for (const text of [file, `\ufeff${file}`]) {
        const all = read(format, text, 4);
        for (const [at, { after }] of all.found.entries()) {
          // As it comes back from the database.
          const place: Place = JSON.parse(JSON.stringify(after));
          const rest = read(format, text, 3, place);
          assert.deepEqual([told(rest.found), rest.broken], [holds.slice(at + 1), null]);
          assert.deepEqual(
            rest.found.map(({ after }) => after),
            all.found.slice(at + 1).map(({ after }) => after),
          );
        }
      }
    });
  }
});

test('three hundred random files are read alike in any pieces and from any record on', () => {
  const { random } = seeded('random files');
  const below = (most: number) => random.bytes(2).readUInt16BE(0) % most;
  const text = () => ['', 'x', '"', '\\"', ',', ';', '\n', '{', ']', 'é', '𝄞', '\u2028'][below(12)] ?? '';
  const value = (): unknown =>
    [text() + text(), below(99), null, true, [text()], { [text()]: text() }][below(6)];
  for (let round = 0; round < 300; round += 1) {
    const list = Array.from({ length: below(6) }, () => ({ email: text(), name: value() }));
    const [format, file] = (
      [
        ['json', JSON.stringify(list, null, below(3))],
        ['json', list.map((each) => `${JSON.stringify(each)}\n`).join('')],
        ['keycloak', JSON.stringify({ before: value(), users: list, after: value() })],
      ] as const
    )[below(3)] ?? ['json', '[]'];
    const { found, broken } = read(format, file, 1 + below(20));
    assert.deepEqual([told(found), broken], [list, null], file);
    const from = found[below(found.length || 1)]?.after ?? null;
    const rest = told(read(format, file, 1 + below(20), from).found);
    assert.deepEqual(rest, from ? list.slice(list.length - rest.length) : list);
  }
});

describe('a record that cannot be read spoils no other:', () => {
  const good = '{"email":"a@x.example"}';
  const [one, other] = [{ email: 'a@x.example' }, { email: 'a@x.example' }];
  const bad: Readonly<Record<string, readonly [string | Uint8Array, string]>> = {
    'no JSON': ['{"email":', 'is not JSON'],
    'another charset': [Buffer.from('{"name":"M\xfcller"}', 'latin1'), 'is not UTF-8 text'],
    'a NUL': [Buffer.from('{"name":"a\0b"}'), 'is not UTF-8 text'],
    'deep nesting': [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'is nested deeper than 32 levels'],
    'great length': [`{"name":"${'x'.repeat(longestRecord)}"}`, `is longer than ${longestRecord} bytes`],
  };
  for (const [what, [record, mistake]] of Object.entries(bad))
    test(what, () => {
      const lines = Buffer.concat([Buffer.from(`${good}\n`), Buffer.from(record), Buffer.from(`\n${good}`)]);
      assert.deepEqual(rows('json', lines, 9_999), [one, mistake, other]);
      if (what === 'no JSON') return;
      const list = Buffer.concat([Buffer.from(`[${good},`), Buffer.from(record), Buffer.from(`,${good}]`)]);
      assert.deepEqual(rows('json', list, 9_999), [one, mistake, other]);
    });

  test('a row of a table with too few fields, with an open quote, or in another charset', () => {
    const table = Buffer.concat([
      Buffer.from('email,name\na@x.example\n'),
      Buffer.from('m\xfcller@x.example,M\n', 'latin1'),
      Buffer.from('b@x.example,B\n"c@x.example"x,C\n"d@x.example,D'),
    ]);
    assert.deepEqual(rows('csv', table), [
      'has 1 fields where the heading has 2',
      'is not UTF-8 text',
      { email: 'b@x.example', name: 'B' },
      'has a quote that is not closed, or text behind one',
      'has a quote that is not closed, or text behind one',
    ]);
  });

  test('a quote of a table that is never closed takes no more along than one record may be long', () => {
    const lines = 'x@x.example,X\n'.repeat(longestRecord / 10);
    const found = rows('csv', `email,name\n"open,O\n${lines}last@x.example,L`, 10_000);
    assert.equal(found[0], `is longer than ${longestRecord} bytes`);
    assert.deepEqual(found.at(-1), { email: 'last@x.example', name: 'L' });
  });
});

test('a single line of a hundred megabytes is passed over in bounded memory', () => {
  const reader = formats.json.read(null);
  const found: Found[] = [];
  const feed = (bytes: Uint8Array) => found.push(...reader.push(bytes));
  const piece = Buffer.alloc(1_000_000, 'x');
  feed(Buffer.from('{"email":"a@x.example"}\n{"name":"'));
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 100; count += 1) feed(piece);
  assert.ok(process.memoryUsage().arrayBuffers - before < 20_000_000);
  feed(Buffer.from('"}\n{"email":"b@x.example"}\n'));
  found.push(...reader.end());
  assert.deepEqual(told(found), [
    { email: 'a@x.example' },
    `is longer than ${longestRecord} bytes`,
    { email: 'b@x.example' },
  ]);
});

describe('a file that cannot be read any further says why:', () => {
  const realm = '{"realm":"x","users":[{"email":"a@x.example"}';
  const cases: readonly (readonly [string, ImportFormat, string | Uint8Array, string])[] = [
    ['UTF-16', 'json', Buffer.from('\ufeff[]', 'utf16le'), 'is UTF-16; write it as UTF-8'],
    ['UTF-16 as a table', 'csv', Buffer.from('\ufeffemail', 'utf16le'), 'is UTF-16; write it as UTF-8'],
    ['a list without an end', 'json', '[{"email":"a@x.example"}', 'ends before its list does'],
    ['a realm without an end', 'keycloak', realm, 'ends before its list does'],
    ['a realm without users', 'keycloak', '{"realm":"x"}', 'has no list users'],
    ['an empty realm', 'keycloak', '', 'has no list users'],
    ['something else than a realm', 'keycloak', 'email,name', 'is not the JSON that it should be'],
    ['a table without a heading', 'csv', '', 'has no heading with the names of its columns'],
    ['a column twice', 'csv', 'email,email\n', 'has the column email twice'],
    ['a column that is not known', 'csv', 'email,e-mail\n', 'has a column that is not known: e-mail'],
  ];
  for (const [what, format, file, reason] of cases)
    test(what, () => assert.equal(brokenBy(format, file), reason));

  test('what came before is read all the same', () => {
    assert.deepEqual(rows('keycloak', realm), [{ email: 'a@x.example' }]);
  });
});

test('the columns of a table are the members of a person', () => {
  assert.deepEqual(rows('csv', `${personColumns.join(',')}\n${personColumns.join(',')}`), [
    Object.fromEntries(personColumns.map((name) => [name, name])),
  ]);
});
