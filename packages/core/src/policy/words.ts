import type { PolicyCondition } from '@argus/contract';
import type { PolicyRule } from './resolve.ts';

/** Where a value came from, in words that end a sentence. */
export function ruleInWords(rule: PolicyRule): string {
  switch (rule.layer) {
    case 'preset':
      return `the ${rule.preset} preset`;
    case 'tenant':
      return 'the policy of the tenant';
    case 'preset-override':
      return `the preset’s rule for ${conditionInWords(rule.when)}`;
    case 'override':
      return `the rule for ${conditionInWords(rule.when)}`;
  }
}

const names: Readonly<Record<keyof PolicyCondition, string>> = {
  group: 'group',
  role: 'role',
  user: 'user',
  client: 'client',
  deviceClass: 'device class',
  riskLevel: 'risk level',
};

/** Whom a rule is for. */
export function conditionInWords(when: PolicyCondition): string {
  const parts = Object.entries(names).flatMap(([key, name]) => {
    const wanted = when[key as keyof PolicyCondition]; // the keys of the table
    return wanted === undefined ? [] : [`${name} ${[wanted].flat().join(' or ')}`];
  });
  return parts.length === 0 ? 'everybody' : parts.join(' and ');
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "90 minutes", "12 hours": in the largest unit that leaves no rest. */
export function durationInWords(seconds: number): string {
  const [name, size] = units.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['second', 1];
  const amount = seconds / size;
  return `${amount} ${name}${amount === 1 ? '' : 's'}`;
}
