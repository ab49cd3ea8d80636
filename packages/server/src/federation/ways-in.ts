import type { AssuranceLevel, ProviderId, TenantId } from '@argus/contract';
import type { Identity, Provider, WayIn, WaysIn } from '@argus/core';
import { identitiesOfUser, providerById, userFacts } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import type { ShownProvider } from '../pages/index.ts';
import type { Services } from '../services.ts';

type Whose = Pick<Current, 'tenant' | 'user'>;

export interface Ways extends WaysIn {
  readonly identities: readonly ConnectedWay[];
}

interface ConnectedWay extends Identity, WayIn {
  /** Null when it was removed. */
  readonly provider: Provider | null;
}

/** What a person can sign in with. An identity whose provider was removed opens nothing any more. */
export async function waysIn({ store }: Pick<Services, 'store'>, { tenant, user }: Whose): Promise<Ways> {
  const record = await userFacts(store.pool, tenant, { userId: user.id, secretHash: null });
  const identities = await identitiesOfUser(store.pool, tenant, user.id);
  const providers = new Map<ProviderId, Provider | null>();
  for (const id of new Set(identities.map(({ providerId }) => providerId)))
    providers.set(id, await providerById(store.pool, tenant, id));
  return {
    hasPassword: record?.phc != null,
    identities: identities.map((identity) => {
      const provider = providers.get(identity.providerId) ?? null;
      return { ...identity, provider, isUsable: provider !== null };
    }),
  };
}

export interface WaysToProve {
  readonly hasPassword: boolean;
  readonly providers: readonly ShownProvider[];
  /** The highest level that any of them can reach. */
  readonly reachable: AssuranceLevel;
}

/** By what a signed-in person can prove again who they are. */
export async function waysToProve(services: Pick<Services, 'store'>, whose: Whose): Promise<WaysToProve> {
  const { hasPassword, identities } = await waysIn(services, whose);
  const connected = new Map(
    identities.flatMap(({ provider }) => (provider ? [[provider.id, provider]] : [])),
  );
  // GitHub never says when somebody proved anything, so nothing becomes fresh by it.
  const proving = [...connected.values()].filter(({ settings }) => settings.preset !== 'github');
  return {
    hasPassword,
    providers: proving.map(({ id, settings }) => ({ id, name: settings.name })),
    reachable: proving.some(mayReachTwoFactors) ? 'urn:argus:aal2' : 'urn:argus:aal1',
  };
}

/** The highest level that is within reach: of this very person, or of whoever may come when nobody is signed in. */
export async function reachableLevel(
  services: Pick<Services, 'store' | 'clients'>,
  tenant: TenantId,
  whose: Whose | null,
): Promise<AssuranceLevel> {
  if (whose) return (await waysToProve(services, whose)).reachable;
  const providers = await services.clients.providersOf(tenant);
  return providers.some(mayReachTwoFactors) ? 'urn:argus:aal2' : 'urn:argus:aal1';
}

function mayReachTwoFactors({ settings: { assurance } }: Provider): boolean {
  return assurance.aal2Acr.length > 0 || assurance.aal2Amr.length > 0;
}
