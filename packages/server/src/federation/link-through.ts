import type { Instant, TenantId } from '@argus/contract';
import { type Change, canonicalEmail, type Identity, type Mark } from '@argus/core';
import { identityOf } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';
import type { JourneyEnd, Returned } from './finish-journey.ts';
import { markOf } from './journey.ts';
import { tellRefusal } from './tell-refusal.ts';
import { isUpstreamFailure } from './upstream-failure.ts';

/** Give an account another way in: whoever is signed in has just shown who they are at a provider. */
export async function linkThrough(services: Services, returned: Returned): Promise<JourneyEnd> {
  const { journey, provider, vouched, current, origin } = returned;
  if (!current || current.session.id !== journey.sessionId)
    return { kind: 'refused', refused: 'session_ended', journey, provider };
  const { issuer, subject } = vouched;
  const { tenant } = journey;
  const owner = await identityOf(services.store.pool, tenant, { issuer, subject });
  if (owner?.user.id === current.user.id) return { kind: 'linked', journey };
  const profile = await vouched.profile();
  // Nice to show beside it, and nothing else.
  const email = isUpstreamFailure(profile) || profile.email === null ? null : canonicalEmail(profile.email);
  const mark = markOf(journey);
  const linking = { issuer, subject, providerId: provider.id, email };
  const isLinked = !owner && (await linkIdentity(services, { tenant, current, origin, mark }, linking));
  if (isLinked) return { kind: 'linked', journey };
  const changes: Change[] = [{ kind: 'claim-mark', mark }];
  const about = { tenant, provider, origin, userId: current.user.id, changes };
  await tellRefusal(services, about, { reason: 'identity-taken' });
  return { kind: 'refused', refused: 'conflict', why: 'identity-taken', journey, provider };
}

export interface Linker {
  readonly tenant: TenantId;
  readonly current: Current;
  readonly origin: CallOrigin;
  /** Uses up what proved the other side. */
  readonly mark: Mark;
}

/** False when the identity is somebody's, its proof was used before, or the session has ended. */
export async function linkIdentity(
  services: Services,
  { tenant, current, origin, mark }: Linker,
  linking: Pick<Identity, 'issuer' | 'subject' | 'providerId' | 'email'>,
): Promise<boolean> {
  const { user, session } = current;
  const at: Instant = services.clock.now();
  const identity: Identity = { ...linking, userId: user.id, linkedAt: at, lastUsedAt: at };
  const about = { actor: 'user', userId: user.id, sessionId: session.id, origin };
  const { isCommitted } = await services.store.commit({
    tenant,
    changes: [
      { kind: 'claim-mark', mark },
      { kind: 'hold-user', userId: user.id },
      { kind: 'hold-session', userId: user.id, sessionId: session.id },
      { kind: 'link-identity', identity },
    ],
    events: stamp(services, at, [
      { type: 'identity.linked', ...about, details: { providerId: linking.providerId } },
    ]),
  });
  return isCommitted;
}
