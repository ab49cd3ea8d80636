import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStrictObject } from '../src/strict-json.ts';

const parse = (text: string) => parseStrictObject(Buffer.from(text, 'utf8'));
const cleanText = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''));
const member = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, false, 0, -1.5, 'a":b', '\\', '\\"', '{"a":1}', ':', ''),
    cleanText,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(cleanText, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const object = fc.dictionary(cleanText, member, { maxKeys: 6 });

test('whatever JSON.stringify writes without NUL or lone surrogates is read back the same', () => {
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
      assert.deepEqual(parse(JSON.stringify(value, null, indent)), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 500 },
  );
});

test('a member said twice is refused, wherever it stands and however it is spelled', () => {
  fc.assert(
    fc.property(object, cleanText, member, (value, name, repeated) => {
      const { [name]: _same, ...rest } = value;
      const twice = `${JSON.stringify(name)}:${JSON.stringify(repeated)}`;
      const tail = JSON.stringify(rest).slice(1);
      const text = `{${twice}, ${twice}${tail === '}' ? '' : ','}${tail}`;
      assert.equal(parse(text), undefined);
      assert.equal(parse(`{"outer": [${text}]}`), undefined);
    }),
    { numRuns: 300 },
  );
});

test('escapes cannot hide a repeated name', () => {
  assert.equal(parse('{"a":1,"\\u0061":2}'), undefined);
  assert.equal(parse('{"a\\"":1,"a\\u0022":2}'), undefined);
  assert.deepEqual(parse('{"a\\\\":1,"a":2}'), { 'a\\': 1, a: 2 });
  assert.deepEqual(parse('{"a":"\\":","b":":"}'), { a: '":', b: ':' });
});

test('names that objects treat specially are members like any other', () => {
  assert.equal(parse('{"__proto__":1,"__proto__":2}'), undefined);
  assert.equal(parse('{"1":1,"1":2}'), undefined);
  assert.deepEqual(Object.keys(parse('{"__proto__":{"x":1},"constructor":2}') ?? {}), [
    '__proto__',
    'constructor',
  ]);
});

test('anything but an object is refused', () => {
  for (const text of [
    '[]',
    '"a"',
    '1',
    'true',
    'null',
    '',
    ' ',
    '{',
    '{}{}',
    "{'a':1}",
    '{"a":1,}',
    '// x\n{}',
  ]) {
    assert.equal(parse(text), undefined, text);
  }
});

test('eight levels are read and a ninth is refused', () => {
  const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  assert.ok(parse(nested(8)));
  assert.equal(parse(nested(9)), undefined);
  assert.equal(parse(nested(30_000)), undefined);
});

test('a view into the middle of a larger buffer is read as that view alone', () => {
  const around = Buffer.from('xx{"a":1}yy');
  assert.deepEqual(parseStrictObject(new Uint8Array(around.buffer, around.byteOffset + 2, 7)), { a: 1 });
});
