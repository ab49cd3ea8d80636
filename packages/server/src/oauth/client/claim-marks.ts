import type { TenantId } from '@argus/contract';
import type { Mark } from '@argus/core';
import type { OAuthRefused } from '../../http/oauth-answer.ts';
import type { Services } from '../../services.ts';

/**
 * Use up what a request showed. It happens before anything is decided, so that a proof is spent whether the request
 * succeeds or not; null when nothing of it was ever shown before.
 */
export async function claimMarks(
  { store }: Pick<Services, 'store'>,
  tenant: TenantId,
  marks: readonly Mark[],
): Promise<OAuthRefused | null> {
  if (marks.length === 0) return null;
  if (await store.claim(tenant, marks)) return null;
  const isProof = marks.every(({ use }) => use === 'dpop');
  return isProof
    ? { oauthError: 'invalid_dpop_proof', reason: 'replayed' }
    : { oauthError: 'invalid_client', reason: 'replayed' };
}
