import type { ProviderId } from '@argus/contract';
import type { Enrolled, Identity, Provider, WayIn, WaysIn } from '@argus/core';
import { identitiesOfUser, providerById, userFacts } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import type { Services } from '../services.ts';

export type Whose = Pick<Current, 'tenant' | 'user'>;

export interface Ways extends WaysIn {
  readonly identities: readonly ConnectedWay[];
  readonly enrolled: Enrolled;
}

const nothing: Enrolled = { hasPassword: false, hasTotp: false, passkeys: 0, recoveryCodes: 0 };

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
  const enrolled = record?.enrolled ?? nothing;
  return {
    hasPassword: enrolled.hasPassword,
    hasPasskey: enrolled.passkeys > 0,
    enrolled,
    identities: identities.map((identity) => {
      const provider = providers.get(identity.providerId) ?? null;
      return { ...identity, provider, isUsable: provider !== null };
    }),
  };
}
