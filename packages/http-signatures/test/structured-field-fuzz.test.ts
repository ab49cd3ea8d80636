import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  parseDictionary,
  parseItem,
  parseList,
  StructuredFieldError,
  serialiseDictionary,
  serialiseItem,
  serialiseList,
} from '../src/structured-fields/index.ts';
import { dictionaries, items, lists, nearlyFields } from './arbitrary-fields.ts';

const rooms = [
  ['item', (text: string) => serialiseItem(parseItem(text))],
  ['list', (text: string) => serialiseList(parseList(text))],
  ['dictionary', (text: string) => serialiseDictionary(parseDictionary(text))],
] as const;

/** The canonical form of a text, or undefined if it is none; anything but the one error goes on. */
function canonical(again: (text: string) => string, text: string): string | undefined {
  try {
    return again(text);
  } catch (error) {
    if (error instanceof StructuredFieldError) return undefined;
    throw error;
  }
}

describe('structured fields', () => {
  test('an item that is written is read as itself', () => {
    fc.assert(fc.property(items, (item) => assert.deepEqual(parseItem(serialiseItem(item)), item)));
  });

  test('a list that is written is read as itself', () => {
    fc.assert(fc.property(lists, (list) => assert.deepEqual(parseList(serialiseList(list)), list)));
  });

  test('a dictionary that is written is read as itself, its order included', () => {
    fc.assert(
      fc.property(dictionaries, (dictionary) => {
        const read = parseDictionary(serialiseDictionary(dictionary));
        assert.deepEqual([...read], [...dictionary]);
      }),
    );
  });

  for (const [kind, again] of rooms) {
    test(`any text is a good ${kind} or the one error, and a good one has one canonical form`, () => {
      const texts = fc.oneof(nearlyFields, fc.string({ unit: 'binary' }));
      fc.assert(
        fc.property(texts, (text) => {
          const once = canonical(again, text);
          if (once !== undefined) assert.equal(canonical(again, once), once);
        }),
        { numRuns: 2000 },
      );
    });

    test(`any bytes are a good ${kind} or the one error`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          canonical(again, Buffer.from(bytes).toString('latin1'));
        }),
        { numRuns: 1000 },
      );
    });
  }
});
