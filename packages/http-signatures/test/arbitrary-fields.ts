import fc from 'fast-check';
import {
  type BareItem,
  type Dictionary,
  type InnerList,
  type Item,
  innerListOf,
  itemOf,
  type Member,
  type Parameters,
} from '../src/structured-fields/index.ts';

const wordOf = (first: string, others: string, maxLength: number) =>
  fc
    .tuple(
      fc.constantFrom(...first),
      fc.string({ unit: fc.constantFrom(...others), maxLength: maxLength - 1 }),
    )
    .map(([head, tail]) => head + tail);

export const keys = wordOf('abcxyz*', 'abcxyz019_.*-', 8);
const tokens = wordOf('aAzZ*', "abzABZ019!#$%&'*+.^_`|~:/-", 12);
const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 20,
});
const integers = fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 });
/** Exactly what three digits after the point can say. */
const decimals = fc.integer({ min: -999_999_999_999, max: 999_999_999_999 }).map((value) => value / 1000);

export const bareItems: fc.Arbitrary<BareItem> = fc.oneof(
  integers.map((value): BareItem => ({ kind: 'integer', value })),
  decimals.map((value): BareItem => ({ kind: 'decimal', value: value === 0 ? 0 : value })),
  printable.map((value): BareItem => ({ kind: 'string', value })),
  tokens.map((value): BareItem => ({ kind: 'token', value })),
  fc.uint8Array({ maxLength: 40 }).map((value): BareItem => ({ kind: 'bytes', value })),
  fc.boolean().map((value): BareItem => ({ kind: 'boolean', value })),
  integers.map((value): BareItem => ({ kind: 'date', value })),
  fc
    .string({ unit: 'binary', maxLength: 20 })
    .filter((value) => value.isWellFormed())
    .map((value): BareItem => ({ kind: 'display-string', value })),
);

const parameters: fc.Arbitrary<Parameters> = fc
  .array(fc.tuple(keys, bareItems), { maxLength: 3 })
  .map((entries) => new Map(entries));
export const items: fc.Arbitrary<Item> = fc
  .tuple(bareItems, parameters)
  .map(([value, own]) => itemOf(value, own));
const innerLists: fc.Arbitrary<InnerList> = fc
  .tuple(fc.array(items, { maxLength: 4 }), parameters)
  .map(([members, own]) => innerListOf(members, own));
const members: fc.Arbitrary<Member> = fc.oneof(items, innerLists);
export const lists = fc.array(members, { maxLength: 6 });
export const dictionaries: fc.Arbitrary<Dictionary> = fc
  .array(fc.tuple(keys, members), { maxLength: 6 })
  .map((entries) => new Map(entries));

/** Text that is nearly a field: its own alphabet, in any order. */
export const nearlyFields = fc.string({
  unit: fc.constantFrom(...'ab1290-.*"\\:;=?@%(), \t\n\r\0é~/+', 'a=', '(a b)', ';x=', '"a"', ':YQ==:', '%"'),
  maxLength: 60,
});
