import { StructuredFieldError } from './fault.ts';
import type { BareItem, Dictionary, InnerList, Item, List, Member, Parameters } from './types.ts';

const keyForm = /^[a-z*][a-z0-9_.*-]*$/;
const tokenForm = /^[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*$/;
const stringForm = /^[ -~]*$/;
const integerMost = 999_999_999_999_999;
const decimalMost = 999_999_999_999.999;

/** The canonical text of an item. Throws StructuredFieldError if it has none. Source: RFC 9651 §4.1.3. */
export function serialiseItem({ value, parameters }: Item): string {
  return serialiseBareItem(value) + serialiseParameters(parameters);
}

/**
 * The canonical text of a list; the empty one has none, and its field is left out.
 * Throws StructuredFieldError if a member has no text. Source: RFC 9651 §4.1.1.
 */
export function serialiseList(list: List): string {
  return list.map(serialiseMember).join(', ');
}

/**
 * The canonical text of a dictionary; the empty one has none, and its field is left out.
 * Throws StructuredFieldError if a key or member has no text. Source: RFC 9651 §4.1.2.
 */
export function serialiseDictionary(dictionary: Dictionary): string {
  return [...dictionary].map(([key, member]) => serialiseEntry(key, member)).join(', ');
}

/** The canonical text of a member of a list or a dictionary, its key left aside. Source: RFC 9651 §4.1.1. */
export function serialiseMember(member: Member): string {
  return member.kind === 'inner-list' ? serialiseInnerList(member) : serialiseItem(member);
}

/** The canonical text of an inner list. Throws StructuredFieldError if it has none. Source: RFC 9651 §4.1.1.1. */
export function serialiseInnerList({ items, parameters }: InnerList): string {
  return `(${items.map(serialiseItem).join(' ')})${serialiseParameters(parameters)}`;
}

function serialiseEntry(key: string, member: Member): string {
  const isYes = member.kind === 'item' && member.value.kind === 'boolean' && member.value.value;
  if (isYes) return serialiseKey(key) + serialiseParameters(member.parameters);
  return `${serialiseKey(key)}=${serialiseMember(member)}`;
}

function serialiseParameters(parameters: Parameters): string {
  let text = '';
  for (const [key, value] of parameters) {
    text += `;${serialiseKey(key)}`;
    if (value.kind !== 'boolean' || !value.value) text += `=${serialiseBareItem(value)}`;
  }
  return text;
}

function serialiseKey(key: string): string {
  if (!keyForm.test(key)) throw new StructuredFieldError('not a key');
  return key;
}

/** The canonical text of one value. Throws StructuredFieldError if it has none. Source: RFC 9651 §4.1.3.1. */
export function serialiseBareItem(item: BareItem): string {
  switch (item.kind) {
    case 'integer':
      return serialiseInteger(item.value);
    case 'decimal':
      return serialiseDecimal(item.value);
    case 'string':
      if (!stringForm.test(item.value)) throw new StructuredFieldError('a string is printable ASCII');
      return `"${item.value.replace(/["\\]/g, '\\$&')}"`;
    case 'token':
      if (!tokenForm.test(item.value)) throw new StructuredFieldError('not a token');
      return item.value;
    case 'bytes':
      return `:${Buffer.from(item.value).toString('base64')}:`;
    case 'boolean':
      return item.value ? '?1' : '?0';
    case 'date':
      return `@${serialiseInteger(item.value)}`;
    case 'display-string':
      return serialiseDisplayString(item.value);
  }
}

function serialiseInteger(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) > integerMost) {
    throw new StructuredFieldError('an integer has at most 15 digits');
  }
  return String(value === 0 ? 0 : value);
}

/** RFC 9651 §4.1.5: at most three digits after the point, a tie going to the even one. */
function serialiseDecimal(value: number): string {
  const thousandths = roundToEven(value * 1000);
  if (!(Math.abs(thousandths / 1000) <= decimalMost)) {
    throw new StructuredFieldError('a decimal has at most 12 digits before its point');
  }
  const digits = String(Math.abs(thousandths)).padStart(4, '0');
  const fraction = digits.slice(-3).replace(/0{1,2}$/, '');
  return `${thousandths < 0 ? '-' : ''}${digits.slice(0, -3)}.${fraction}`;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** RFC 9651 §4.1.11. */
function serialiseDisplayString(value: string): string {
  if (!value.isWellFormed()) throw new StructuredFieldError('half a character has no UTF-8');
  let text = '';
  for (const octet of Buffer.from(value, 'utf8')) {
    const isPlain = octet >= 0x20 && octet <= 0x7e && octet !== 0x25 && octet !== 0x22;
    text += isPlain ? String.fromCharCode(octet) : `%${octet.toString(16).padStart(2, '0')}`;
  }
  return `%"${text}"`;
}
