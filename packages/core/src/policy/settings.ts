import type { PolicySettings } from '@argus/contract';

type Whole<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]-?: Whole<Exclude<T[Key], undefined>> }
    : T;

/** Settings in which nothing is left open. */
export type WholeSettings = Whole<PolicySettings>;

export type PolicyValue = string | number | boolean | null | readonly string[];

/** Settings key by key: the path of each value with dots. */
export type Values = ReadonlyMap<string, PolicyValue>;

/** Take settings apart; what is not set has no path. */
export function valuesOf(settings: object, place = ''): Map<string, PolicyValue> {
  const values = new Map<string, PolicyValue>();
  for (const [key, value] of Object.entries(settings)) {
    const path = place === '' ? key : `${place}.${key}`;
    if (value === undefined) continue;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [inner, each] of valuesOf(value, path)) values.set(inner, each);
    } else values.set(path, value);
  }
  return values;
}

type Branch = { [key: string]: Branch | PolicyValue };

/** Put settings together again. */
export function settingsOf(values: Values): PolicySettings {
  const root: Branch = {};
  for (const [path, value] of values) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let branch = root;
    for (const key of keys) {
      branch[key] ??= {};
      branch = branch[key] as Branch; // the same key leads to a branch or to a value, never to either
    }
    branch[last] = value;
  }
  return root;
}
