import {
  deviceClasses,
  ownerRole,
  type PolicyDocument,
  type PolicyOverride,
  riskLevels,
} from '@argus/contract';
import type { Mistake } from '../oauth/client-mistakes.ts';
import { hasWayIn, type Means } from '../sign-in/way-in.ts';
import { isSameValue } from './orders.ts';
import { type EffectivePolicy, type PolicyRule, policyResolver } from './resolve.ts';
import { valuesOf } from './settings.ts';
import { appliesToPerson, type PolicySubject } from './subject.ts';
import { conditionInWords } from './words.ts';

/** An owner, as far as policy tells people apart, and what they sign in with. */
export interface PolicyOwner {
  readonly subject: Pick<PolicySubject, 'userId' | 'roles' | 'groups'>;
  readonly means: Means;
}

/**
 * What of a change is not for administrators who do not own the tenant: rules for some that reach an owner, and whatever
 * would leave an owner without a way to sign in. What holds for everybody is theirs.
 */
export function beyondAdministrators(
  before: PolicyDocument,
  after: PolicyDocument,
  owners: readonly PolicyOwner[],
): Mistake[] {
  return [...rulesOfOwners(before, after, owners), ...waysShut(before, after, owners)];
}

/** Whoever comes to own the tenant has the role, and need not be there yet. */
const anyOwner = { roles: [ownerRole] };

function rulesOfOwners(
  before: PolicyDocument,
  after: PolicyDocument,
  owners: readonly PolicyOwner[],
): Mistake[] {
  const subjects = [anyOwner, ...owners.map(({ subject }) => subject)];
  const isOwners = ({ when }: PolicyOverride) =>
    isForSome(when) && subjects.some((subject) => appliesToPerson(when, subject));
  const stood = before.overrides.filter(isOwners).map((each) => ({ each, name: nameOf(each) }));
  const mistakes: Mistake[] = [];
  for (const [at, each] of after.overrides.entries()) {
    if (!isOwners(each)) continue;
    const same = stood.findIndex(({ name }) => name === nameOf(each));
    if (same >= 0) stood.splice(same, 1);
    else
      mistakes.push({
        path: `overrides.${at}.when`,
        message: 'reaches an owner: only an owner may say this',
      });
  }
  for (const { each } of stood)
    mistakes.push({
      path: 'overrides',
      message: `lacks a rule that only an owner may take away: for ${conditionInWords(each.when)}`,
    });
  return mistakes;
}

function isForSome({ role, group, user }: PolicyOverride['when']): boolean {
  return role !== undefined || group !== undefined || user !== undefined;
}

/** Alike for overrides that say the same, in whatever order. */
function nameOf({ when, set }: PolicyOverride): string {
  return JSON.stringify([when, set].map((part) => [...valuesOf(part)].sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Everywhere that somebody may sit when they sign in at Argus itself, or are asked for more. */
const places = deviceClasses.flatMap((deviceClass) =>
  riskLevels.map((riskLevel) => ({ deviceClass, riskLevel })),
);

function waysShut(before: PolicyDocument, after: PolicyDocument, owners: readonly PolicyOwner[]): Mistake[] {
  const [was, is] = [policyResolver(before), policyResolver(after)];
  const shut = new Set<string>();
  for (const { subject, means } of owners)
    for (const place of places) {
      const [then, now] = [was.resolve({ ...subject, ...place }), is.resolve({ ...subject, ...place })];
      const isShut = hasWayIn(means, then.authentication) && !hasWayIn(means, now.authentication);
      if (isShut) for (const path of whatShut(then, now)) shut.add(path);
    }
  return [...shut].map((path) => ({ path, message: 'leaves an owner without a way to sign in' }));
}

/** What a way in depends on. */
const ofWaysIn = [
  'authentication.factors.methods',
  'authentication.factors.required',
  'authentication.factors.phishingResistant',
  'authentication.passkey.attestation',
  'authentication.passkey.backupEligible',
  'authentication.passkey.aaguids',
];

function whatShut(then: EffectivePolicy, now: EffectivePolicy): string[] {
  return ofWaysIn.flatMap((path) => {
    const [was, is] = [then.rules.get(path), now.rules.get(path)];
    return was && is && !isSameValue(was.value, is.value) ? [placeOf(is.rule, path)] : [];
  });
}

/** Where in the document it stands. */
function placeOf(rule: PolicyRule, path: string): string {
  switch (rule.layer) {
    case 'preset':
    case 'preset-override':
      return 'preset';
    case 'tenant':
      return path;
    case 'override':
      return `overrides.${rule.index}.set.${path}`;
  }
}
