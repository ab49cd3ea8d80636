import {
  type AdminPolicy,
  type EffectivePolicyAnswer,
  type ListedPolicyVersion,
  type PolicyDifferenceAnswer,
  type PolicyDocument,
  type PolicyPresetAnswer,
  presetNames,
} from '@argus/contract';
import {
  baseOf,
  type PolicyDifference,
  type PolicyValue,
  policyDifference,
  policyWarnings,
  presets,
  ruleInWords,
  settingsOf,
} from '@argus/core';
import type { PolicyVersion } from '@argus/store';
import type { Explained } from '../policy/effective-policy.ts';
import { time } from './describe.ts';

/** `before`: what it is held against; null for the first version, which nothing was before. */
export function describePolicy(policy: PolicyVersion, before: PolicyDocument | null): AdminPolicy {
  const { document } = policy;
  return {
    ...describeVersion(policy),
    document,
    difference: before ? policyDifference(before, document).map(describeDifference) : [],
    warnings: policyWarnings(document).map(({ path, message }) => ({ path, message })),
  };
}

const mostListed = 20;

export function describeListed(policy: PolicyVersion): ListedPolicyVersion {
  const { document, before } = policy;
  const difference = before ? policyDifference(before, document) : [];
  return {
    ...describeVersion(policy),
    preset: document.preset,
    difference: difference.slice(0, mostListed).map(describeDifference),
    differences: difference.length,
  };
}

function describeVersion({ version, author, note, restoredFrom, createdAt }: PolicyVersion) {
  return { version, author, note, restoredFrom, createdAt: time(createdAt) };
}

export function describeDifference({ path, before, after }: PolicyDifference): PolicyDifferenceAnswer {
  return { path, before: plain(before), after: plain(after) };
}

function plain(value: PolicyValue) {
  return Array.isArray(value) ? [...value] : (value as Exclude<PolicyValue, readonly string[]>);
}

export function describePresets(): PolicyPresetAnswer[] {
  return presetNames.map((preset) => {
    const { name, title, note, isFloor, sources, overrides = [] } = presets[preset];
    const values = new Map([...baseOf({ preset, overrides: [] })].map(([path, { value }]) => [path, value]));
    return {
      name,
      title,
      note,
      isFloor,
      settings: settingsOf(values),
      overrides: [...overrides],
      sources: { ...sources },
    };
  });
}

export function describeEffective({ version, subject, session, policy }: Explained): EffectivePolicyAnswer {
  const { userId, roles, groups, clientId, deviceClass, riskLevel } = subject;
  return {
    version,
    subject: {
      userId: userId ?? null,
      roles: [...(roles ?? [])],
      groups: [...(groups ?? [])],
      client: clientId ?? null,
      deviceClass: deviceClass ?? null,
      riskLevel: riskLevel ?? null,
    },
    session,
    values: [...policy.rules].map(([path, { value, rule }]) => ({
      path,
      value: plain(value),
      setBy: ruleInWords(rule),
      layer: rule.layer,
      override: 'index' in rule ? rule.index : null,
    })),
  };
}
