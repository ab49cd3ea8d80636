import { isAscii, isUtf8 } from 'node:buffer';

const deepest = 8;
const quote = 34;
const backslash = 92;
const colon = 58;

/**
 * One JSON object, or undefined: for invalid UTF-8, a byte-order mark, anything but an object, a key said twice,
 * a lone surrogate, a NUL, or more than 8 levels. RFC 8259 §4 leaves duplicate keys open, so two readers of one
 * signed text could believe different things.
 */
export function parseStrictObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  if (!isUtf8(bytes)) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString(isAscii(bytes) ? 'latin1' : 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const hasEscapes = text.includes('\\');
  const kept = countMembers(value, hasEscapes, 1);
  return kept === membersIn(text, hasEscapes) ? value : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members that survived parsing; NaN (equal to no count) when the value must be refused. */
function countMembers(value: unknown, checkStrings: boolean, depth: number): number {
  if (typeof value === 'string') return checkStrings && !isCleanText(value) ? Number.NaN : 0;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > deepest) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item, checkStrings, depth + 1);
    return count;
  }
  for (const [name, member] of Object.entries(value)) {
    count += 1 + countMembers(member, checkStrings, depth + 1);
    if (checkStrings && !isCleanText(name)) return Number.NaN;
  }
  return count;
}

function isCleanText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Members written in a text that JSON.parse has accepted: a string followed by a colon is a member's name. */
function membersIn(text: string, hasEscapes: boolean): number {
  let count = 0;
  let open = text.indexOf('"');
  while (open !== -1) {
    let next = (hasEscapes ? closingQuote(text, open) : text.indexOf('"', open + 1)) + 1;
    while (text.charCodeAt(next) <= 32) next++;
    if (text.charCodeAt(next) === colon) count++;
    open = text.indexOf('"', next);
  }
  return count;
}

function closingQuote(text: string, open: number): number {
  let at = open + 1;
  for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) {
    at += code === backslash ? 2 : 1;
  }
  return at;
}
