import {
  administrativeRoles,
  type PolicyDocument,
  type PolicyPreview,
  type SessionId,
  type TenantId,
} from '@argus/contract';
import {
  type EffectivePolicy,
  isSameValue,
  lifetimeUnder,
  limitedBy,
  limitsOf,
  type PolicyResolver,
  policyResolver,
  policyWarnings,
  presets,
  ruleInWords,
  type SessionRules,
  sessionRules,
  subjectOf,
} from '@argus/core';
import {
  lifetimesOf,
  type PolicyEffects,
  policyEffects,
  sessionsBeyondPolicy,
  type Verdict,
} from '@argus/store';
import { mistaken } from '../flows/mistake.ts';
import type { Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { mistakesOfPolicy } from './judge-policy.ts';

const thirtyDaysMs = 30 * 86_400_000;
/** Sessions that are shown by name. */
const shown = 20;

/**
 * What a policy would do, told before anybody saves it: counted by the very conditions by which `enforcePolicy` would end
 * sessions, of what is there now.
 */
export async function previewPolicy(
  services: Services,
  tenant: TenantId,
  document: PolicyDocument,
): Promise<PolicyPreview | Refused> {
  const inForce = await services.policies.of(tenant);
  if (inForce.version === 0) return { refused: 'not_found' };
  const mistakes = mistakesOfPolicy(document);
  if (mistakes.length > 0) return mistaken(mistakes);
  const now = services.clock.now();
  const rules = sessionRules(document);
  const resolver = policyResolver(document);
  const since = now - thirtyDaysMs;
  const effects = await policyEffects(services.store.pool, tenant, { rules, now, since });
  const sample = await sampleOf(services, tenant, { rules, resolver, now, effects });
  return {
    endsNow: effects.over,
    tightened: effects.tightened,
    stepUpNow: effects.unproven,
    usersLackingFactor: effects.usersLackingFactor,
    challengedLast30Days: effects.challenged,
    rolesChanged: rolesChanged({ ...inForce, resolver: inForce }, { document, resolver }),
    sample,
    warnings: policyWarnings(document).map(({ path, message }) => ({ path, message })),
  };
}

interface Wanted {
  readonly document: PolicyDocument;
  readonly resolver: PolicyResolver;
}

interface Sampling {
  readonly rules: SessionRules;
  readonly resolver: PolicyResolver;
  readonly now: number;
  readonly effects: PolicyEffects;
}

async function sampleOf(
  { store }: Services,
  tenant: TenantId,
  { rules, resolver, now, effects }: Sampling,
): Promise<PolicyPreview['sample']> {
  const find = (which: Verdict, limit: number): Promise<SessionId[]> =>
    limit === 0
      ? Promise.resolve([])
      : sessionsBeyondPolicy(store.pool, tenant, { rules, now, after: null, limit, which, isAnyOrder: true });
  // What is not there need not be looked for.
  const over = await find('over', Math.min(shown, effects.over));
  const unproven = await find('unproven', Math.min(shown - over.length, effects.unproven));
  const chosen = new Map<SessionId, 'ends' | 'step-up'>([
    ...over.map((id) => [id, 'ends'] as const),
    ...unproven.map((id) => [id, 'step-up'] as const),
  ]);
  const found = await lifetimesOf(store.pool, tenant, [...chosen.keys()]);
  return found.map((session) => {
    const policy = resolver.resolve(subjectOf(session.user, session));
    const effect = chosen.get(session.id) ?? 'ends';
    const limits = limitsOf(policy.session, session);
    const rule = effect === 'ends' ? limitedBy(lifetimeUnder(session, limits), policy) : proofRule(policy);
    return { sessionId: session.id, userId: session.user.id, effect, rule };
  });
}

/** Which rule asks for more than one proof. */
function proofRule({ authentication, rules }: EffectivePolicy): string {
  const { isPhishingResistant } = authentication.factors;
  const path = isPhishingResistant
    ? 'authentication.factors.phishingResistant'
    : 'authentication.factors.required';
  const what = isPhishingResistant ? 'a passkey' : 'a second factor';
  const rule = rules.get(path)?.rule;
  return `${what}, asked for by ${rule ? ruleInWords(rule) : 'the policy'}`;
}

/** A role is under other rules where anything that holds for its bearers is another value. */
function rolesChanged(before: Wanted, after: Wanted): string[] {
  const named = [before, after].flatMap(({ document: { preset, overrides } }) =>
    [...(presets[preset].overrides ?? []), ...overrides].flatMap(({ when }) => when.role ?? []),
  );
  const roles = new Set<string>([...administrativeRoles, ...named]);
  return [...roles].filter((role) => {
    const [was, is] = [before, after].map(({ resolver }) => resolver.resolve({ roles: [role] }).rules);
    return [...(is ?? [])].some(([path, { value }]) => !isSameValue(value, was?.get(path)?.value ?? null));
  });
}
