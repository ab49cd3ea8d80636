import type { Mistake } from '@argus/core';

/** What a schema says of a value; the shape of its errors, so that this room needs no library for it. */
interface SchemaError {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** The first thing that speaks against a value, in words that hold nothing of the value but names of its members. */
export function firstMistake({ issues }: SchemaError, under = ''): Mistake {
  const [issue] = issues;
  const path = [...(under === '' ? [] : [under]), ...(issue?.path ?? []).map(String)].join('.');
  return { path: shown(path), message: shown(issue?.message ?? 'is not as it should be') };
}

/** Text of others for a report: bounded, and nothing that a screen could obey. */
export function shown(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .slice(0, 200);
}
