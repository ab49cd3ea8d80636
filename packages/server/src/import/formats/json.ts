import { readJson } from '../records/json.ts';
import type { Format } from './format.ts';

/** People in our own words: a JSON list, or one in each line. */
export const json: Format = {
  read: readJson,
  personOf: (person) => ({ person }),
};
