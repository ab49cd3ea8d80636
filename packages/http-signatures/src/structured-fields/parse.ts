import { type Cursor, expect, fail, isAtEnd, skipBlanks, skipSpaces, take, takeAll } from './cursor.ts';
import { parseBareItem } from './parse-bare-item.ts';
import {
  type BareItem,
  type Dictionary,
  type InnerList,
  type Item,
  itemOf,
  type List,
  type Member,
  type Parameters,
} from './types.ts';

export interface ParseOptions {
  /** A longer text is refused unread; default 65,536 characters. */
  readonly maxLength?: number;
  /**
   * What a repeated key means: the last one wins, as RFC 9651 says, or nothing of the text is believed. For what
   * several parties read, and one of them may take the first; default `last`.
   */
  readonly repeated?: 'last' | 'refused';
}

const defaultMaxLength = 65_536;
const keyText = /[a-z*][a-z0-9_.*-]*/y;
const yes: BareItem = { kind: 'boolean', value: true };

interface Reading extends Cursor {
  readonly repeated: 'last' | 'refused';
}

/**
 * One item with its parameters. Takes the value of the field, or those of all its lines.
 * Throws StructuredFieldError for anything else. Source: RFC 9651 §4.2, §4.2.3.
 */
export function parseItem(field: string | readonly string[], options: ParseOptions = {}): Item {
  return parseWhole(field, options, readItem);
}

/**
 * A list of items and inner lists; the empty text is the empty list. Takes the value of the field, or those of all
 * its lines. Throws StructuredFieldError for anything else. Source: RFC 9651 §4.2, §4.2.1.
 */
export function parseList(field: string | readonly string[], options: ParseOptions = {}): List {
  return parseWhole(field, options, readList);
}

/**
 * A dictionary; the empty text is the empty one. Takes the value of the field, or those of all its lines.
 * Throws StructuredFieldError for anything else. Source: RFC 9651 §4.2, §4.2.2.
 */
export function parseDictionary(field: string | readonly string[], options: ParseOptions = {}): Dictionary {
  return parseWhole(field, options, readDictionary);
}

function parseWhole<Result>(
  field: string | readonly string[],
  { maxLength = defaultMaxLength, repeated = 'last' }: ParseOptions,
  read: (reading: Reading) => Result,
): Result {
  const text = typeof field === 'string' ? field : field.join(', ');
  const reading: Reading = { text, at: 0, repeated };
  if (text.length > maxLength) fail(reading, 'too long');
  skipSpaces(reading);
  const result = read(reading);
  skipSpaces(reading);
  if (!isAtEnd(reading)) fail(reading, 'something follows');
  return result;
}

function readList(reading: Reading): List {
  const members: Member[] = [];
  if (isAtEnd(reading)) return members;
  do members.push(readMember(reading));
  while (readComma(reading));
  return members;
}

function readDictionary(reading: Reading): Dictionary {
  const members = new Map<string, Member>();
  if (isAtEnd(reading)) return members;
  do {
    const key = readKey(reading, members);
    // RFC 9651 §3.2: a key without a value is true.
    const member = take(reading, '=') ? readMember(reading) : itemOf(yes, readParameters(reading));
    members.set(key, member);
  } while (readComma(reading));
  return members;
}

/** Whether another member follows; a comma at the end is a mistake (RFC 9651 §4.2.1). */
function readComma(reading: Reading): boolean {
  skipBlanks(reading);
  if (isAtEnd(reading)) return false;
  expect(reading, ',');
  skipBlanks(reading);
  if (isAtEnd(reading)) fail(reading, 'nothing follows the comma');
  return true;
}

function readMember(reading: Reading): Member {
  return reading.text[reading.at] === '(' ? readInnerList(reading) : readItem(reading);
}

/** RFC 9651 §4.2.1.2. */
function readInnerList(reading: Reading): InnerList {
  expect(reading, '(');
  const items: Item[] = [];
  for (;;) {
    skipSpaces(reading);
    if (take(reading, ')')) return { kind: 'inner-list', items, parameters: readParameters(reading) };
    items.push(readItem(reading));
    const next = reading.text[reading.at];
    if (next !== ' ' && next !== ')') fail(reading, 'items of an inner list stand apart');
  }
}

function readItem(reading: Reading): Item {
  const value = parseBareItem(reading);
  return { kind: 'item', value, parameters: readParameters(reading) };
}

/** RFC 9651 §4.2.3.2. */
function readParameters(reading: Reading): Parameters {
  const parameters = new Map<string, BareItem>();
  while (take(reading, ';')) {
    skipSpaces(reading);
    const key = readKey(reading, parameters);
    parameters.set(key, take(reading, '=') ? parseBareItem(reading) : yes);
  }
  return parameters;
}

/** RFC 9651 §4.2.3.3. */
function readKey(reading: Reading, seen: ReadonlyMap<string, unknown>): string {
  const key = takeAll(reading, keyText);
  if (key === '') fail(reading, 'no key begins');
  if (reading.repeated === 'refused' && seen.has(key)) fail(reading, 'a key is repeated');
  return key;
}
