import { type Change, federatedAssurance, isProvedSince } from '@argus/core';
import { identityOf } from '@argus/store';
import { federationMark } from '../flows/federation-mark.ts';
import { isRefused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { stepUp } from '../step-up/step-up.ts';
import type { JourneyEnd, JourneyRefusal, Returned } from './finish-journey.ts';
import { tellRefusal } from './tell-refusal.ts';

/** Raise a session by a proof that its own person has just given at a provider. */
export async function stepUpThrough(services: Services, returned: Returned): Promise<JourneyEnd> {
  const { journey, provider, vouched, current, origin } = returned;
  if (!current || current.session.id !== journey.sessionId)
    return { kind: 'refused', refused: 'session_ended', journey, provider };
  const { issuer, subject, sid, said } = vouched;
  const record = await identityOf(services.store.pool, journey.tenant, { issuer, subject });
  if (record?.user.id !== current.user.id) return refuse(services, returned, 'other-person');
  // A provider that had a session may have asked nobody anything.
  if (!isProvedSince(said, journey.at)) return refuse(services, returned, 'not-fresh');
  const at = services.clock.now();
  const userId = current.user.id;
  const email = vouched.email ?? record.identity.email;
  const upstream = { sessionId: current.session.id, providerId: provider.id, issuer, subject, sid };
  const also: Change[] = [
    { kind: 'claim-mark', mark: federationMark(journey) },
    { kind: 'use-identity', issuer, subject, userId, email, at },
    { kind: 'note-upstream-session', upstream },
  ];
  const proof = federatedAssurance(said, provider.settings.assurance, at);
  const outcome = await stepUp(services, current, { proof, origin, also });
  return isRefused(outcome)
    ? { kind: 'refused', refused: outcome.refused, journey, provider }
    : { kind: 'stepped-up', journey, outcome };
}

async function refuse(
  services: Services,
  { journey, provider, origin, current }: Returned,
  why: 'other-person' | 'not-fresh',
): Promise<JourneyRefusal> {
  const changes: Change[] = [{ kind: 'claim-mark', mark: federationMark(journey) }];
  const about = { tenant: journey.tenant, provider, origin, userId: current?.user.id, changes };
  await tellRefusal(services, about, { reason: why });
  return { kind: 'refused', refused: 'provider_refused', why, journey, provider };
}
