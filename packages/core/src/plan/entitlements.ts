import type { PlanAddOn, PolicyDocument, PolicySettings, TenantSettings } from '@argus/contract';
import type { Mistake } from '../oauth/client-mistakes.ts';
import { isSameValue } from '../policy/orders.ts';
import { type PolicyValue, valuesOf } from '../policy/settings.ts';

/** What a tenant pays for. */
export type Entitled = Pick<TenantSettings, 'plan' | 'addOns'>;

/** `enterprise` has everything; `professional` what every sign-in needs, and the add-ons that were chosen. */
export function isEntitled({ plan, addOns }: Entitled, addOn: PlanAddOn): boolean {
  return plan === 'enterprise' || addOns.includes(addOn);
}

interface Part {
  readonly addOn: PlanAddOn;
  /** Whether a value of a policy belongs to it; another value of the same key may not. */
  isPart(path: string, value: PolicyValue): boolean;
}

const parts: readonly Part[] = [
  {
    addOn: 'multi-device-management',
    isPart: (path, value) =>
      (path.startsWith('session.concurrent.perDeviceClass.') && value !== null) ||
      (path === 'session.concurrent.onLimit' && (value === 'ask' || value === 'lowest-trust')) ||
      path.startsWith('devices.') ||
      path === 'when.deviceClass',
  },
  {
    addOn: 'advanced-threat-detection',
    isPart: (path) =>
      path.startsWith('risk.') ||
      path === 'when.riskLevel' ||
      path === 'session.onContextChange.country' ||
      path === 'session.onContextChange.asn',
  },
];

/** What is in a policy that takes an add-on, by its path. */
export interface PolicyPart {
  readonly path: string;
  readonly value: PolicyValue;
  readonly addOn: PlanAddOn;
}

export interface BeyondPlan extends Mistake {
  readonly addOn: PlanAddOn;
}

/**
 * What a new policy brings that the plan does not include. What stood there before may stay: a smaller plan takes no
 * protection away from anybody.
 */
export function policyBeyondPlan(
  before: PolicyDocument,
  after: PolicyDocument,
  tenant: Entitled,
): BeyondPlan[] {
  const stood = partsOf(before).map((part) => ({ name: nameOf(before, part), value: part.value }));
  return partsOf(after).flatMap((part) => {
    const { path, addOn, value } = part;
    const name = nameOf(after, part);
    const wasThere = stood.some((each) => each.name === name && isSameValue(each.value, value));
    if (isEntitled(tenant, addOn) || wasThere) return [];
    return [{ path, addOn, message: `is part of the add-on ${addOn}` }];
  });
}

function partsOf(document: PolicyDocument): PolicyPart[] {
  const { overrides, preset: _, ...settings } = document;
  return [
    ...partsOfSettings(settings, ''),
    ...overrides.flatMap(({ when, set }, at) => [
      ...partsOfSettings({ when }, `overrides.${at}.`),
      ...partsOfSettings(set, `overrides.${at}.set.`),
    ]),
  ];
}

function partsOfSettings(settings: PolicySettings | { readonly when: object }, place: string): PolicyPart[] {
  return [...valuesOf(settings)].flatMap(([path, value]) =>
    parts
      .filter(({ isPart }) => isPart(path, value))
      .map(({ addOn }) => ({ path: place + path, value, addOn })),
  );
}

/** An override is known by whom it is for, wherever it stands in the list. */
function nameOf({ overrides }: PolicyDocument, { path }: PolicyPart): string {
  return path.replace(
    /^overrides\.(\d+)/,
    (_, at: string) => `overrides[${JSON.stringify(overrides[Number(at)]?.when)}]`,
  );
}
