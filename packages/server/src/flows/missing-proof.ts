import type { ClientId } from '@argus/contract';
import { type AuthenticationPolicy, isProvenEnough, levelAsked, type Session, subjectOf } from '@argus/core';
import type { Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import type { Current } from './current-session.ts';

/**
 * The refusal of a session that has proved less than policy asks of everybody by now: it does not end, and goes on once
 * its person has proved the rest (RFC 9470). Null where nothing is missing.
 */
export function missingProof(
  session: Pick<Session, 'acr' | 'amr'>,
  authentication: AuthenticationPolicy,
): Refused | null {
  if (isProvenEnough(session, authentication)) return null;
  const { maxAgeSeconds } = authentication.stepUp;
  return {
    refused: 'insufficient_user_authentication',
    needs: { acr: levelAsked(authentication), maxAgeSeconds },
  };
}

/** The same of somebody who is there, at this client if they come for one. */
export async function missingProofOf(
  { policies }: Pick<Services, 'policies'>,
  { tenant, user, session }: Pick<Current, 'tenant' | 'user' | 'session'>,
  clientId?: ClientId,
): Promise<Refused | null> {
  const policy = await policies.effective(tenant, { ...subjectOf(user, session), clientId });
  return missingProof(session, policy.authentication);
}
