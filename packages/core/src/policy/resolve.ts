import type { PolicyCondition, PolicyDocument, PolicyOverride, PresetName } from '@argus/contract';
import { isSameValue, type Order, orders, tighter } from './orders.ts';
import type { Policy } from './policy.ts';
import { policyOfSettings } from './policy-of-settings.ts';
import { presets } from './presets/index.ts';
import { mayBeSaidFor } from './seen-by-strangers.ts';
import { type PolicyValue, settingsOf, type Values, valuesOf, type WholeSettings } from './settings.ts';
import { appliesTo, type PolicySubject } from './subject.ts';

/** The rule that a value came from. */
export type PolicyRule =
  | { readonly layer: 'preset'; readonly preset: PresetName }
  | { readonly layer: 'tenant' }
  /** `index`: its place among the overrides of the preset, or of the document. */
  | {
      readonly layer: 'preset-override' | 'override';
      readonly index: number;
      readonly when: PolicyCondition;
    };

export interface Ruled {
  readonly value: PolicyValue;
  readonly rule: PolicyRule;
}

/** A policy in force for somebody, and where each of its values came from. */
export interface EffectivePolicy extends Policy {
  /** By the path of each key; complete. */
  readonly rules: ReadonlyMap<string, Ruled>;
}

/** A document made ready to be asked for many people. */
export interface PolicyResolver {
  resolve(subject: PolicySubject): EffectivePolicy;
}

export interface Layer {
  readonly values: Values;
  readonly when: PolicyCondition;
  readonly rule: PolicyRule;
}

/** As many different sets of overrides as are remembered at once. */
const most = 1_000;

/**
 * What the tenant sets stands in the place of the preset's value; of that and every override that applies, the tightest
 * wins by the order of its key. The order of overrides does not matter.
 */
export function policyResolver(document: PolicyDocument): PolicyResolver {
  const base = baseOf(document);
  const layers = layersOf(document);
  const remembered = new Map<string, EffectivePolicy>();
  return {
    resolve(subject) {
      const applying = layers.filter(({ when }) => appliesTo(when, subject));
      const name = applying.map((layer) => layers.indexOf(layer)).join(',');
      const known = remembered.get(name);
      if (known) return known;
      const effective = effectiveOf(tightest(base, applying));
      if (remembered.size >= most) remembered.clear();
      remembered.set(name, effective);
      return effective;
    },
  };
}

/** The preset with what the tenant sets in its place: what holds where no override applies. */
export function baseOf(document: PolicyDocument): Map<string, Ruled> {
  const { overrides: _, preset, ...settings } = document;
  const rules = new Map<string, Ruled>();
  for (const [path, value] of valuesOf(presets.balanced.settings)) {
    rules.set(path, { value, rule: { layer: 'preset', preset } });
  }
  for (const [path, value] of valuesOf(presets[preset].settings)) {
    rules.set(path, { value, rule: { layer: 'preset', preset } });
  }
  for (const [path, value] of valuesOf(settings)) rules.set(path, { value, rule: { layer: 'tenant' } });
  return rules;
}

export function layersOf({ preset, overrides }: PolicyDocument): Layer[] {
  const layer = (name: 'preset-override' | 'override') => (each: PolicyOverride, index: number) => ({
    // What stands from a time when more could be said holds for nobody.
    values: new Map([...valuesOf(each.set)].filter(([path]) => mayBeSaidFor(each.when, path))),
    when: each.when,
    rule: { layer: name, index, when: each.when },
  });
  const layers = [
    ...(presets[preset].overrides ?? []).map(layer('preset-override')),
    ...overrides.map(layer('override')),
  ];
  // Of equal values the first names its rule, which must not hang on the order in which somebody wrote them.
  return layers.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

function placeOf({ when, values }: Layer): string {
  return JSON.stringify([when, [...values]]);
}

/** The tightest of a base and the layers that apply. */
export function tightest(
  base: ReadonlyMap<string, Ruled>,
  applying: readonly Pick<Layer, 'values' | 'rule'>[],
): Map<string, Ruled> {
  const rules = new Map(base);
  for (const { values, rule } of applying) {
    for (const [path, value] of values) {
      const before = rules.get(path);
      const order = orders[path];
      if (!before || order === undefined) continue;
      const ruled = tighterRuled(order, before, { value, rule });
      rules.set(path, ruled);
    }
  }
  return rules;
}

function tighterRuled(order: Order, before: Ruled, next: Ruled): Ruled {
  const value = tighter(order, before.value, next.value);
  return isSameValue(value, before.value) ? before : { value, rule: next.rule };
}

function effectiveOf(rules: ReadonlyMap<string, Ruled>): EffectivePolicy {
  const values = new Map([...rules].map(([path, { value }]) => [path, value] as const));
  const settings = settingsOf(values) as WholeSettings; // the base has every key
  return { ...policyOfSettings(settings), rules };
}

/** What a preset by itself says of somebody who meets none of its overrides. */
export function presetPolicy(preset: PresetName): EffectivePolicy {
  return policyResolver({ preset, overrides: [] }).resolve({});
}

/** What holds where a tenant decided nothing. */
export const balanced: Policy = presetPolicy('balanced');
