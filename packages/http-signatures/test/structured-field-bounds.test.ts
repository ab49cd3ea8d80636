import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  parseDictionary,
  parseItem,
  parseList,
  StructuredFieldError,
  serialiseItem,
} from '../src/structured-fields/index.ts';

const refused = (read: () => unknown) => assert.throws(read, StructuredFieldError);

describe('the bounds of structured fields', () => {
  test('65,536 characters are read, one more is not', () => {
    assert.ok(parseItem(`"${'a'.repeat(65_534)}"`));
    refused(() => parseItem(`"${'a'.repeat(65_535)}"`));
  });

  test('a caller may allow less or more', () => {
    refused(() => parseList('a, b', { maxLength: 3 }));
    assert.equal(parseList(Array(40_000).fill('a'), { maxLength: 200_000 }).length, 40_000);
  });

  test('what runs long without an end is refused', () => {
    const long = 60_000;
    const runs = ['"', '(', 'a;', 'a;a=', '1', ':', '%"%c3', 'a,', '((', '\\', 'a=(b '];
    for (const run of runs) {
      const text = run.repeat(long / run.length);
      refused(() => parseDictionary(text));
      refused(() => parseItem(text));
    }
  });

  test('a repeated key may be refused where no party may choose', () => {
    assert.equal(parseDictionary('a=1, a=2').size, 1);
    refused(() => parseDictionary('a=1, a=2', { repeated: 'refused' }));
    refused(() => parseItem('a;b=1;b=2', { repeated: 'refused' }));
    refused(() => parseList('(a;b;b)', { repeated: 'refused' }));
  });

  test('bytes have one spelling, or a signature would have several', () => {
    assert.ok(parseItem(':iQ==:'));
    for (const spelling of [
      ':iQ:',
      ':iQ=:',
      ':iZ==:',
      ':iQ===:',
      ':iQ==iQ==:',
      ':=:',
      ':i:',
      ':iQ ==:',
      ':_-8=:',
    ]) {
      refused(() => parseItem(spelling));
    }
  });

  test('numbers beyond what can be written are refused on the way out', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e15, 0.5]) {
      refused(() =>
        serialiseItem({ kind: 'item', value: { kind: 'integer', value }, parameters: new Map() }),
      );
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e12]) {
      refused(() =>
        serialiseItem({ kind: 'item', value: { kind: 'decimal', value }, parameters: new Map() }),
      );
    }
  });

  test('half a character has no display string', () => {
    const value = { kind: 'display-string', value: '\ud800' } as const;
    refused(() => serialiseItem({ kind: 'item', value, parameters: new Map() }));
  });
});
