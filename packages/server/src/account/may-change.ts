import type { SensitiveOperation } from '@argus/contract';
import { isMet, mayEnrolIn, requirementFor, subjectOf } from '@argus/core';
import { type SignInRecord, userFacts } from '@argus/store';
import type { Current } from '../flows/current-session.ts';
import type { Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';

/**
 * Whether this session may do now what policy calls sensitive: its person showed the strongest they have, lately (ASVS
 * 7.5.1). Gives the person as they are, or the challenge of RFC 9470.
 */
export function mayChange(
  services: Services,
  current: Current,
  operation: SensitiveOperation,
): Promise<SignInRecord | Refused> {
  return judged(services, current, { operation, isAllowed: isMet });
}

/** The same for setting factors up and taking them away, which a recovery code opens too. */
export function mayEnrol(services: Services, current: Current): Promise<SignInRecord | Refused> {
  return judged(services, current, { operation: 'change-authenticators', isAllowed: mayEnrolIn });
}

/** The same for what cannot be taken back, whatever policy calls sensitive. */
export function mayForGood(services: Services, current: Current): Promise<SignInRecord | Refused> {
  return judged(services, current, { operation: null, isAllowed: isMet });
}

async function judged(
  services: Services,
  current: Current,
  {
    operation,
    isAllowed,
  }: { readonly operation: SensitiveOperation | null; readonly isAllowed: typeof mayEnrolIn },
): Promise<SignInRecord | Refused> {
  const { tenant, user, session } = current;
  const record = await userFacts(services.store.pool, tenant, { userId: user.id, secretHash: null });
  if (!record) return { refused: 'session_ended' };
  const policy = (await services.policies.effective(tenant, subjectOf(user, session))).authentication;
  if (operation !== null && !policy.stepUp.for.includes(operation)) return record;
  const needs = requirementFor(record.enrolled, policy);
  if (isAllowed(session, needs, services.clock.now())) return record;
  return { refused: 'insufficient_user_authentication', needs };
}
