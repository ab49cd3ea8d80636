import type { PersonInput } from '@argus/contract';
import type { Mistake } from '@argus/core';
import type { Place, RecordReader } from '../records/record.ts';

/** A kind of file that people are read from. A new one is a file beside this one and a line in the index. */
export interface Format {
  /** Finds its records, from the beginning or from where another process came to. */
  read(from: Place | null): RecordReader;
  /** A record in our own words, still to be judged like everybody's; or what speaks against it. */
  personOf(value: unknown): Translated;
}

export type Translated = { readonly person: unknown } | Mistake;

/** What a translation may say of a person. */
export type Told = { readonly [Key in keyof PersonInput]?: PersonInput[Key] | null };

/** Somebody's whole name, where it is kept in two parts. */
export function wholeName(...parts: readonly (string | null | undefined)[]): string | undefined {
  const name = parts
    .map((part) => part?.trim())
    .filter((part) => part)
    .join(' ');
  return name === '' ? undefined : name;
}
