import type { Instant } from '@argus/contract';
import { timestamp } from '../postgres/pool.ts';
import type { Place } from './rules-in-sql.ts';

/** The places of a statement about one tenant at one moment, as its text is put together. */
export interface Places {
  /** From `$2` on: the tenant is `$1`. */
  readonly values: readonly unknown[];
  readonly place: Place;
  readonly now: string;
}

export function openPlaces(at: Instant): Places {
  const values: unknown[] = [];
  const place: Place = (value, type) => `$${values.push(value) + 1}::${type}`;
  return { values, place, now: place(timestamp(at), 'timestamptz') };
}
