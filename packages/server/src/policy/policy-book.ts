import { type PolicyDocument, policyDocumentSchema, type TenantId } from '@argus/contract';
import {
  type EffectivePolicy,
  type Policy,
  type PolicyResolver,
  type PolicySubject,
  policyResolver,
  presetPolicy,
  shortestIdleSeconds,
} from '@argus/core';
import { demandedKeys, policyInForce, type Store } from '@argus/store';
import { createKept } from '../kept.ts';
import type { Clock } from '../services/clock.ts';

/** The policy of a tenant, ready to be asked. */
export interface TenantPolicy extends PolicyResolver {
  readonly version: number;
  readonly document: PolicyDocument;
  /** How long an account may be unused that has the shortest time; null: none is disabled for that. */
  readonly shortestIdleSeconds: number | null;
  /** What an access token that is still good may have been given at most: policies change, tokens do not. */
  readonly longestAccessSeconds: number;
}

/** The policies in force, as they were at most a second ago. */
export interface PolicyBook {
  /** `atLeast`: a version that is known to be in force already. */
  of(tenant: TenantId, atLeast?: number): Promise<TenantPolicy>;
  effective(tenant: TenantId, subject?: PolicySubject): Promise<EffectivePolicy>;
  /** The size of RSA keys that the strictest of all tenants asks for: they share the keys of the installation. */
  rsaBits(): Promise<number>;
  /** It was changed, or without a tenant any of them: the next look is fresh. */
  forget(tenant?: TenantId): void;
}

export function openPolicyBook(store: Pick<Store, 'pool'>, clock: Clock): PolicyBook {
  const kept = createKept<TenantPolicy>(clock);
  const load = (tenant: TenantId) => kept.get(tenant, () => read(store, tenant, clock));
  const book: PolicyBook = {
    async of(tenant, atLeast = 0) {
      const known = await load(tenant);
      if (known.version >= atLeast) return known;
      kept.drop(tenant);
      return load(tenant);
    },
    effective: async (tenant, subject = {}) => (await load(tenant)).resolve(subject),
    async rsaBits() {
      const demanded = await demandedKeys(store.pool);
      const sizes = demanded.map(({ preset, rsaBits }) => rsaBits ?? presetPolicy(preset).tokens.rsaBits);
      return Math.max(presetPolicy('balanced').tokens.rsaBits, ...sizes);
    },
    forget: (tenant) => (tenant === undefined ? kept.clear() : kept.drop(tenant)),
  };
  return book;
}

/** One policy for every tenant, whatever they decided: for programs that try one out. */
export function fixedPolicy(policy: Policy): PolicyBook {
  const { rules } = presetPolicy('balanced');
  const effective = (): EffectivePolicy => ({ ...policy, rules });
  const fixed: TenantPolicy = {
    version: Number.POSITIVE_INFINITY,
    document: policyDocumentSchema.parse({}),
    shortestIdleSeconds: policy.accounts.disableIdleSeconds,
    longestAccessSeconds: policy.tokens.accessSeconds,
    resolve: effective,
  };
  return {
    of: async () => fixed,
    effective: async () => effective(),
    rsaBits: async () => policy.tokens.rsaBits,
    forget: () => undefined,
  };
}

async function read(store: Pick<Store, 'pool'>, tenant: TenantId, clock: Clock): Promise<TenantPolicy> {
  const found = await policyInForce(store.pool, tenant, { now: clock.now() });
  const { version, document, lately } = found ?? {
    version: 0,
    document: policyDocumentSchema.parse({}),
    lately: [],
  };
  const resolver = policyResolver(document);
  const lives = [document, ...lately].map((each) => policyResolver(each).resolve({}).tokens.accessSeconds);
  // Overrides only tighten, so nobody was given more than everybody.
  return {
    version,
    document,
    shortestIdleSeconds: shortestIdleSeconds(document),
    longestAccessSeconds: Math.max(...lives),
    resolve: resolver.resolve,
  };
}
