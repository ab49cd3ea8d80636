import type { PolicyDocument } from '@argus/contract';
import { presets } from './presets/index.ts';
import { policyResolver } from './resolve.ts';

const daySeconds = 86_400;

/** The shortest time that any account under a document may stay unused, whoever it is for; null: as long as it likes. */
export function shortestIdleSeconds(document: PolicyDocument): number | null {
  const overrides = [...document.overrides, ...(presets[document.preset].overrides ?? [])];
  const days = overrides.flatMap(({ set }) => set.accounts?.disableIdleDays ?? []);
  const base = policyResolver({ ...document, overrides: [] }).resolve({}).accounts.disableIdleSeconds;
  const seconds = [...days.map((each) => each * daySeconds), ...(base === null ? [] : [base])];
  return seconds.length === 0 ? null : Math.min(...seconds);
}
