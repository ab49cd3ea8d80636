import type { BareItem, Item, Member } from '../src/structured-fields/index.ts';

/** A value as the working group's suite writes it in JSON. */
export type SuiteValue =
  | number
  | string
  | boolean
  | { __type: 'token' | 'binary' | 'displaystring'; value: string }
  | { __type: 'date'; value: number };
type SuiteParameters = [string, SuiteValue][];
type SuiteItem = [SuiteValue, SuiteParameters];
type SuiteMember = [SuiteValue | SuiteItem[], SuiteParameters];

export interface SuiteCase {
  name: string;
  header_type: 'item' | 'list' | 'dictionary';
  raw?: string[];
  expected?: unknown;
  canonical?: string[];
  must_fail?: boolean;
  can_fail?: boolean;
}

/** JSON cannot tell 1.0 from 1, so a text that the case must be read from or written as decides. */
function bareItemOf(value: SuiteValue): BareItem {
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'integer' : 'decimal', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  switch (value.__type) {
    case 'token':
      return { kind: 'token', value: value.value };
    case 'binary':
      return { kind: 'bytes', value: fromBase32(value.value) };
    case 'displaystring':
      return { kind: 'display-string', value: value.value };
    case 'date':
      return { kind: 'date', value: value.value };
  }
}

const parametersOf = (parameters: SuiteParameters) =>
  new Map(parameters.map(([key, value]) => [key, bareItemOf(value)]));

export function itemOfSuite([value, parameters]: SuiteItem): Item {
  return { kind: 'item', value: bareItemOf(value), parameters: parametersOf(parameters) };
}

export function memberOfSuite([value, parameters]: SuiteMember): Member {
  if (!Array.isArray(value)) return itemOfSuite([value, parameters]);
  return { kind: 'inner-list', items: value.map(itemOfSuite), parameters: parametersOf(parameters) };
}

export function parsedOfSuite({ header_type: kind, expected }: SuiteCase): unknown {
  // The suite's own description of what `expected` holds for each type of field.
  if (kind === 'item') return itemOfSuite(expected as SuiteItem);
  if (kind === 'list') return (expected as SuiteMember[]).map(memberOfSuite);
  return new Map((expected as [string, SuiteMember][]).map(([key, member]) => [key, memberOfSuite(member)]));
}

/** Whole decimals become integers, as JSON shows them, on what was read too. */
export function asJsonShows(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, asJsonShows(each)]));
  if (Array.isArray(value)) return value.map(asJsonShows);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asJsonShows(each)]));
  return copy.kind === 'decimal' && Number.isInteger(copy.value) ? { ...copy, kind: 'integer' } : copy;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(text: string): Uint8Array {
  let bits = '';
  for (const character of text.replaceAll('=', '')) {
    bits += base32.indexOf(character).toString(2).padStart(5, '0');
  }
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2));
}
