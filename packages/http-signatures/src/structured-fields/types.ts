/** RFC 9651 §3.3: one value, which always says what kind it is, so that 1 and 1.0 stay two things. */
export type BareItem =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'decimal'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'token'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** Seconds since 1970. */
  | { readonly kind: 'date'; readonly value: number }
  /** Any Unicode text. */
  | { readonly kind: 'display-string'; readonly value: string };

/** In order; RFC 9651 §3.1.2. */
export type Parameters = ReadonlyMap<string, BareItem>;

export interface Item {
  readonly kind: 'item';
  readonly value: BareItem;
  readonly parameters: Parameters;
}

export interface InnerList {
  readonly kind: 'inner-list';
  readonly items: readonly Item[];
  readonly parameters: Parameters;
}

/** What a list holds, and a dictionary under each key. */
export type Member = Item | InnerList;
export type List = readonly Member[];
export type Dictionary = ReadonlyMap<string, Member>;

export const noParameters: Parameters = new Map();

export function itemOf(value: BareItem, parameters = noParameters): Item {
  return { kind: 'item', value, parameters };
}

export function innerListOf(items: readonly Item[], parameters = noParameters): InnerList {
  return { kind: 'inner-list', items, parameters };
}
