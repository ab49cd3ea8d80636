import { type Cursor, expect, fail, take, takeAll } from './cursor.ts';
import type { BareItem } from './types.ts';

const digits = /[0-9]*/y;
// RFC 9651 §3.3.4: tchar of RFC 9110 §5.6.2, and ":" and "/".
const tokenText = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y;
const stringRun = /[ !#-[\]-~]*/y;
const displayRun = /[ !#$&-~]*/y;
const lowerHex = /[0-9a-f]{2}/y;
const base64Text = /[A-Za-z0-9+/=]*/y;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 9651 §4.2.3.1: the first character says what it is. */
export function parseBareItem(cursor: Cursor): BareItem {
  const first = cursor.text[cursor.at] ?? '';
  switch (first) {
    case '"':
      return { kind: 'string', value: parseString(cursor) };
    case ':':
      return { kind: 'bytes', value: parseBytes(cursor) };
    case '?':
      return { kind: 'boolean', value: parseBoolean(cursor) };
    case '@':
      return { kind: 'date', value: parseDate(cursor) };
    case '%':
      return { kind: 'display-string', value: parseDisplayString(cursor) };
    default: {
      if (first === '-' || (first >= '0' && first <= '9')) return parseNumber(cursor);
      const value = takeAll(cursor, tokenText);
      return value === '' ? fail(cursor, 'no value begins') : { kind: 'token', value };
    }
  }
}

/** RFC 9651 §4.2.4: at most 15 digits, or 12 before the point and 3 after it. */
function parseNumber(cursor: Cursor): BareItem {
  const sign = take(cursor, '-') ? -1 : 1;
  const whole = takeAll(cursor, digits);
  if (whole === '') fail(cursor, 'a number needs a digit');
  if (!take(cursor, '.')) {
    if (whole.length > 15) fail(cursor, 'an integer has at most 15 digits');
    return { kind: 'integer', value: signed(sign, Number(whole)) };
  }
  const fraction = takeAll(cursor, digits);
  if (whole.length > 12) fail(cursor, 'a decimal has at most 12 digits before its point');
  if (fraction === '' || fraction.length > 3) fail(cursor, 'a decimal has 1 to 3 digits after its point');
  return { kind: 'decimal', value: signed(sign, Number(`${whole}.${fraction}`)) };
}

/** There is one zero (RFC 9651 §3.3.1 knows no negative one). */
function signed(sign: number, value: number): number {
  return value === 0 ? 0 : sign * value;
}

/** RFC 9651 §4.2.5. */
function parseString(cursor: Cursor): string {
  expect(cursor, '"');
  const parts: string[] = [];
  for (;;) {
    parts.push(takeAll(cursor, stringRun));
    if (take(cursor, '"')) return parts.join('');
    expect(cursor, '\\');
    if (take(cursor, '"')) parts.push('"');
    else if (take(cursor, '\\')) parts.push('\\');
    else fail(cursor, 'only a quote and a backslash may be escaped');
  }
}

/**
 * RFC 9651 §4.2.7. Padding and unused bits must be as an encoder writes them: otherwise one signature would have
 * several spellings.
 */
function parseBytes(cursor: Cursor): Uint8Array {
  expect(cursor, ':');
  const encoded = takeAll(cursor, base64Text);
  expect(cursor, ':');
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) fail(cursor, 'not base64 as it is written');
  return new Uint8Array(bytes);
}

/** RFC 9651 §4.2.8. */
function parseBoolean(cursor: Cursor): boolean {
  expect(cursor, '?');
  if (take(cursor, '1')) return true;
  if (!take(cursor, '0')) fail(cursor, 'a boolean is ?0 or ?1');
  return false;
}

/** RFC 9651 §4.2.9. */
function parseDate(cursor: Cursor): number {
  expect(cursor, '@');
  const seconds = parseNumber(cursor);
  return seconds.kind === 'integer' ? seconds.value : fail(cursor, 'a date has no fraction');
}

/** RFC 9651 §4.2.10: percent-encoded UTF-8, in lower case. */
function parseDisplayString(cursor: Cursor): string {
  expect(cursor, '%');
  expect(cursor, '"');
  const parts: Buffer[] = [];
  for (;;) {
    parts.push(Buffer.from(takeAll(cursor, displayRun), 'latin1'));
    if (take(cursor, '"')) return decodeUtf8(cursor, Buffer.concat(parts));
    expect(cursor, '%');
    const octet = takeAll(cursor, lowerHex);
    if (octet === '') fail(cursor, 'an octet is two hexadecimal digits in lower case');
    parts.push(Buffer.from(octet, 'hex'));
  }
}

function decodeUtf8(cursor: Cursor, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return fail(cursor, 'not UTF-8');
  }
}
