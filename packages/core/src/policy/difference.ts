import type { PolicyDocument } from '@argus/contract';
import { isSameValue } from './orders.ts';
import { baseOf } from './resolve.ts';
import { type PolicyValue, type Values, valuesOf } from './settings.ts';

/** One value that is another than before; null where nothing stood, or no limit. */
export interface PolicyDifference {
  readonly path: string;
  readonly before: PolicyValue;
  readonly after: PolicyValue;
}

/** What changes for everybody, with what the presets bring, and what changes of the overrides as they are written. */
export function policyDifference(before: PolicyDocument, after: PolicyDocument): PolicyDifference[] {
  return [
    ...(before.preset === after.preset
      ? []
      : [{ path: 'preset', before: before.preset, after: after.preset }]),
    ...differences(inForce(before), inForce(after)),
    ...differences(overridden(before), overridden(after)),
  ];
}

function inForce(document: PolicyDocument): Values {
  return new Map([...baseOf(document)].map(([path, { value }]) => [path, value]));
}

/** By whom they are for and not by their place, so that moving one is no change. */
function overridden({ overrides }: PolicyDocument): Values {
  const values = new Map<string, PolicyValue>();
  for (const { when, set } of overrides) {
    const name = `overrides[${JSON.stringify(when)}]`;
    for (const [path, value] of valuesOf(set)) values.set(`${name}.${path}`, value);
  }
  return values;
}

function differences(before: Values, after: Values): PolicyDifference[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].sort().flatMap((path) => {
    const [was, is] = [before.get(path) ?? null, after.get(path) ?? null];
    return before.has(path) === after.has(path) && isSameValue(was, is)
      ? []
      : [{ path, before: was, after: is }];
  });
}
