import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.ARGUS_VECTORS;
export const vectorsAbsent: string | false =
  folder === undefined ? 'ARGUS_VECTORS is not set: the list of negative inputs was NOT compared' : false;

/** What the list of negative inputs says of one area, in its words. */
export function negativeInputs(area: 'jwt' | 'dpop'): readonly string[] {
  const path = join(folder ?? '', 'oauth-negative/negative-inputs.json');
  // The cast is the reader's claim about a third party's file; a wrong claim fails the test that makes it.
  return (JSON.parse(readFileSync(path, 'utf8')) as Record<string, readonly string[]>)[area] ?? [];
}
