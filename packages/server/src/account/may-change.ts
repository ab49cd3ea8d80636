import { isMet, mayEnrolIn, requirementFor } from '@argus/core';
import { type SignInRecord, userFacts } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import type { Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';

/**
 * Whether this session may do what is sensitive now: its person showed the strongest they have, lately (ASVS 7.5.1).
 * Gives the person as they are, or the challenge of RFC 9470.
 */
export function mayChange(services: Services, current: Current): Promise<SignInRecord | Refused> {
  return judged(services, current, isMet);
}

/** The same for setting factors up and taking them away, which a recovery code opens too. */
export function mayEnrol(services: Services, current: Current): Promise<SignInRecord | Refused> {
  return judged(services, current, mayEnrolIn);
}

async function judged(
  services: Services,
  current: Current,
  isAllowed: typeof mayEnrolIn,
): Promise<SignInRecord | Refused> {
  const { tenant, user, session } = current;
  const record = await userFacts(services.store.pool, tenant, { userId: user.id, secretHash: null });
  if (!record) return { refused: 'session_ended' };
  const needs = requirementFor(record.enrolled, services.policy(tenant).authentication);
  if (isAllowed(session, needs, services.clock.now())) return record;
  return { refused: 'insufficient_user_authentication', needs };
}
