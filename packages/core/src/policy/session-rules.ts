import type { PolicyCondition, PolicyDocument } from '@argus/contract';
import { baseOf, layersOf } from './resolve.ts';
import type { PolicyValue, Values } from './settings.ts';

/** What of a policy bears on sessions that live already, in the units of `Policy`. */
export interface SessionRuleValues {
  readonly idleSeconds: number | null;
  readonly absoluteSeconds: number;
  readonly isRememberMeAllowed: boolean;
  readonly rememberMeIdleSeconds: number;
  readonly rememberMeAbsoluteSeconds: number;
  readonly requiredFactors: number;
  readonly isPhishingResistant: boolean;
  readonly isAttested: boolean;
}

/**
 * The same document as `policyResolver` resolves, in a form for whoever judges many sessions in one question: of the base
 * and of what is set for those who meet a condition the tightest holds.
 */
export interface SessionRules {
  readonly base: SessionRuleValues;
  readonly overrides: readonly {
    readonly when: PolicyCondition;
    readonly set: Partial<SessionRuleValues>;
  }[];
}

export function sessionRules(document: PolicyDocument): SessionRules {
  const base = new Map([...baseOf(document)].map(([path, { value }]) => [path, value]));
  return {
    base: ruleValues(base) as SessionRuleValues, // the base has every key
    overrides: layersOf(document)
      .map(({ when, values }) => ({ when, set: ruleValues(values) }))
      .filter(({ set }) => Object.keys(set).length > 0),
  };
}

const times = (unit: number) => (value: PolicyValue) =>
  value === null ? null : Math.round(Number(value) * unit);
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const readers: Readonly<
  Record<keyof SessionRuleValues, readonly [path: string, read: (value: PolicyValue) => unknown]>
> = {
  idleSeconds: ['session.idleMinutes', times(minute)],
  absoluteSeconds: ['session.absoluteHours', times(hour)],
  isRememberMeAllowed: ['session.rememberMe.allowed', Boolean],
  rememberMeIdleSeconds: ['session.rememberMe.idleDays', times(day)],
  rememberMeAbsoluteSeconds: ['session.rememberMe.absoluteDays', times(day)],
  requiredFactors: ['authentication.factors.required', Number],
  isPhishingResistant: ['authentication.factors.phishingResistant', Boolean],
  isAttested: ['authentication.passkey.attestation', (value) => value === 'verified'],
};

function ruleValues(values: Values): Partial<SessionRuleValues> {
  return Object.fromEntries(
    Object.entries(readers).flatMap(([name, [path, read]]) => {
      const value = values.get(path);
      return value === undefined ? [] : [[name, read(value)]];
    }),
  );
}
