import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Dictionary,
  type Item,
  type List,
  parseDictionary,
  parseItem,
  parseList,
  StructuredFieldError,
  serialiseDictionary,
  serialiseItem,
  serialiseList,
} from '../src/structured-fields/index.ts';
import { asJsonShows, parsedOfSuite, type SuiteCase } from './structured-field-vectors.ts';
import { readVectors, vectorNames, vectorsAbsent } from './vectors.ts';

/** Every file of the suite with the number of its cases: one that is missing or cut short fails. */
const readFiles: Record<string, number> = {
  binary: 15,
  boolean: 12,
  date: 17,
  dictionary: 26,
  'display-string': 22,
  examples: 21,
  item: 5,
  'key-generated': 640,
  'large-generated': 11,
  list: 11,
  listlist: 12,
  number: 37,
  'number-generated': 193,
  'param-dict': 14,
  'param-list': 20,
  'param-listlist': 3,
  string: 14,
  'string-generated': 256,
  token: 6,
  'token-generated': 256,
};
const writtenFiles: Record<string, number> = {
  'key-generated': 378,
  number: 9,
  'string-generated': 33,
  'token-generated': 124,
};

type Parsed = Item | List | Dictionary;

const parsers = { item: parseItem, list: parseList, dictionary: parseDictionary };
const serialise = (kind: SuiteCase['header_type'], parsed: unknown): string => {
  // What the parser of this kind gave, or the suite describes as such.
  if (kind === 'item') return serialiseItem(parsed as Item);
  return kind === 'list' ? serialiseList(parsed as List) : serialiseDictionary(parsed as Dictionary);
};

function parseCase({ header_type: kind, raw = [], can_fail: mayFail }: SuiteCase): Parsed | undefined {
  try {
    return parsers[kind](raw);
  } catch (error) {
    if (mayFail && error instanceof StructuredFieldError) return undefined;
    throw error;
  }
}

describe('the working group’s suite for structured fields', { skip: vectorsAbsent }, () => {
  test('every file of the suite is one of these', () => {
    assert.deepEqual(vectorNames('structured-fields'), [...Object.keys(readFiles), 'metadata'].sort());
    assert.deepEqual(vectorNames('structured-fields/serialisation-tests'), Object.keys(writtenFiles).sort());
  });

  for (const [file, count] of Object.entries(readFiles)) {
    test(`${file}: each text is read as it says and written canonically, or refused`, () => {
      const cases = readVectors<SuiteCase[]>(`structured-fields/${file}.json`);
      assert.equal(cases.length, count);
      for (const each of cases) {
        if (each.must_fail) {
          assert.throws(() => parsers[each.header_type](each.raw ?? []), StructuredFieldError, each.name);
          continue;
        }
        const parsed = parseCase(each);
        if (parsed === undefined) continue;
        assert.deepEqual(asJsonShows(parsed), asJsonShows(parsedOfSuite(each)), each.name);
        const canonical = (each.canonical ?? each.raw ?? []).join(', ');
        assert.equal(serialise(each.header_type, parsed), canonical, each.name);
      }
    });
  }

  for (const [file, count] of Object.entries(writtenFiles)) {
    test(`${file}: each value is written as it says, or refused`, () => {
      const cases = readVectors<SuiteCase[]>(`structured-fields/serialisation-tests/${file}.json`);
      assert.equal(cases.length, count);
      for (const each of cases) {
        const write = () => serialise(each.header_type, parsedOfSuite(each));
        if (each.must_fail) assert.throws(write, StructuredFieldError, each.name);
        else assert.equal(write(), each.canonical?.join(', '), each.name);
      }
    });
  }

  test('what may be refused and is: padding and unused bits that no encoder writes', () => {
    const all = Object.keys(readFiles).flatMap((file) =>
      readVectors<SuiteCase[]>(`structured-fields/${file}.json`),
    );
    const refused = all.filter((each) => each.can_fail && parseCase(each) === undefined);
    assert.deepEqual(
      refused.map(({ name }) => name),
      ['bad padding', 'non-zero pad bits'],
    );
  });
});
