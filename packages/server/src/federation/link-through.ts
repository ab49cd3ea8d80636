import { type Change, canonicalEmail } from '@argus/core';
import { identityOf } from '@argus/store';
import { federationMark } from '../flows/federation-mark.ts';
import { linkIdentity } from '../flows/link-identity.ts';
import type { Services } from '../services.ts';
import type { JourneyEnd, Returned } from './finish-journey.ts';
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
  const mark = federationMark(journey);
  const linking = { issuer, subject, providerId: provider.id, email };
  const isLinked = !owner && (await linkIdentity(services, { tenant, current, origin, mark }, linking));
  if (isLinked) return { kind: 'linked', journey };
  const changes: Change[] = [{ kind: 'claim-mark', mark }];
  const about = { tenant, provider, origin, userId: current.user.id, changes };
  await tellRefusal(services, about, { reason: 'identity-taken' });
  return { kind: 'refused', refused: 'conflict', why: 'identity-taken', journey, provider };
}
