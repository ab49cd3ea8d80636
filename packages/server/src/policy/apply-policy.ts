import { isDeepStrictEqual } from 'node:util';
import {
  type ApplyDocument,
  type PolicyDocument,
  policyDocumentSchema,
  type TenantId,
} from '@argus/contract';
import { type Entitled, type Mistake, policyBeyondPlan, policyDifference, policyWarnings } from '@argus/core';
import { policyVersion } from '@argus/store';
import { operatorIn } from '../flows/administrator.ts';
import type { ApplyOutcome } from '../flows/apply-outcome.ts';
import type { Ender } from '../flows/end-sessions.ts';
import { isRefused } from '../http/answer.ts';
import { describeDifference } from '../routes/describe-policy.ts';
import type { Services } from '../services.ts';
import { setPolicy, standingOf } from './administer-policy.ts';
import { mistakesOfPolicy } from './judge-policy.ts';

/** What speaks against the policies of a document. */
export async function declaredPolicyMistakes(
  services: Services,
  { tenants }: ApplyDocument,
): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const [at, { policy, ...tenant }] of tenants.entries()) {
    if (!policy) continue;
    const standing = (await standingOf(services, tenant.id as TenantId)) ?? aboutToBe; // of the schema's form
    for (const { path, message } of mistakesOf(standing, policy, tenant))
      mistakes.push({ path: `tenants.${at}.policy.${path}`, message });
  }
  return mistakes;
}

type Base = Entitled & { readonly document: PolicyDocument };

/** What a tenant begins with that the document makes. */
const aboutToBe: Base = {
  document: policyDocumentSchema.parse({}),
  plan: 'enterprise',
  addOns: [],
};

/** By the plan that the same document gives the tenant, where it does. */
function mistakesOf(
  standing: Base,
  policy: PolicyDocument,
  { plan = standing.plan, addOns = standing.addOns }: Omit<ApplyDocument['tenants'][number], 'policy'>,
): readonly Mistake[] {
  // What is in force already is not judged anew: it may come from a time when more was allowed.
  if (isDeepStrictEqual(standing.document, policy)) return [];
  const own = mistakesOfPolicy(policy);
  // What cannot stand under any plan is told before what this one does not include.
  return own.length > 0 ? own : policyBeyondPlan(standing.document, policy, { plan, addOns });
}

/** Put the declared policy in force, unless it is. */
export async function applyPolicy(
  services: Services,
  by: Ender,
  { id, policy }: ApplyDocument['tenants'][number] & { readonly policy: PolicyDocument },
): Promise<ApplyOutcome> {
  const tenant = id as TenantId; // the schema gave it the form of one
  const before = await policyVersion(services.store.pool, tenant);
  if (!before) return 'lost';
  const follows = (version: number) => version === before.version;
  const saved = await setPolicy(services, operatorIn({ ...by, tenant }), { document: policy, follows });
  if (isRefused(saved)) return 'lost';
  if (saved.version === before.version) return null;
  const warnings = policyWarnings(policy).map(({ path, message }) => ({ path, message }));
  return {
    kind: 'change',
    what: 'policy',
    name: id,
    difference: policyDifference(before.document, policy).map(describeDifference),
    ...(warnings.length === 0 ? {} : { policyWarnings: warnings }),
  };
}
