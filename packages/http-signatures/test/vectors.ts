import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.ARGUS_VECTORS;
/** Reason to skip; the tests that need third-party vectors say it aloud. */
export const vectorsAbsent: string | false =
  folder === undefined ? 'ARGUS_VECTORS is not set: third-party vectors were NOT run' : false;

export function readVectors<Content>(path: string): Content {
  // The cast is the reader's claim about a third party's file; a wrong claim fails the test that makes it.
  return JSON.parse(readFileSync(join(folder ?? '', path), 'utf8')) as Content;
}

/** The names of the JSON files in a folder of the corpora, in order. */
export function vectorNames(path: string): string[] {
  const names = readdirSync(join(folder ?? '', path)).filter((name) => name.endsWith('.json'));
  return names.map((name) => name.slice(0, -'.json'.length)).sort();
}
