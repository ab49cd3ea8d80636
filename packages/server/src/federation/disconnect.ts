import type { ProviderId } from '@argus/contract';
import { type Identity, isFreshForLinking, judgeDisconnect, type WayIn, type WaysIn } from '@argus/core';
import { identitiesOfUser, providerById, userFacts } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';

export interface Disconnect {
  readonly issuer: string;
  readonly subject: string;
  readonly origin: CallOrigin;
}

/** Take a way in away from an account, never the last one. */
export async function disconnect(
  services: Services,
  current: Current,
  { issuer, subject, origin }: Disconnect,
): Promise<{ readonly disconnected: true } | Refused> {
  const { tenant, user, session } = current;
  const at = services.clock.now();
  if (!isFreshForLinking(session, at)) return { refused: 'insufficient_user_authentication' };
  const ways = await waysIn(services, current);
  const verdict = judgeDisconnect(ways, { issuer, subject });
  if (verdict === 'unknown') return { refused: 'not_found' };
  if (verdict === 'last-way-in') return { refused: 'denied' };
  const about = { actor: 'user', userId: user.id, sessionId: session.id, origin };
  const { isCommitted } = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId: user.id },
      { kind: 'hold-session', userId: user.id, sessionId: session.id },
      // Expects another way in to be left: two that disconnect at once both saw the other's identity here.
      { kind: 'unlink-identity', issuer, subject, userId: user.id },
    ],
    events: stamp(services, at, [{ type: 'identity.unlinked', ...about, details: { issuer } }]),
  });
  return isCommitted ? { disconnected: true } : { refused: 'conflict' };
}

export interface Ways extends WaysIn {
  readonly identities: readonly (Identity & WayIn & { readonly providerName: string })[];
}

/** What a person can sign in with. An identity whose provider was removed opens nothing any more. */
export async function waysIn(
  { store }: Pick<Services, 'store'>,
  { tenant, user }: Pick<Current, 'tenant' | 'user'>,
): Promise<Ways> {
  const record = await userFacts(store.pool, tenant, { userId: user.id, secretHash: null });
  const identities = await identitiesOfUser(store.pool, tenant, user.id);
  const names = new Map<ProviderId, string>();
  for (const id of new Set(identities.map(({ providerId }) => providerId))) {
    const provider = await providerById(store.pool, tenant, id);
    if (provider) names.set(id, provider.settings.name);
  }
  return {
    hasPassword: record?.phc != null,
    identities: identities.map((identity) => {
      const name = names.get(identity.providerId);
      return { ...identity, isUsable: name !== undefined, providerName: name ?? identity.issuer };
    }),
  };
}
