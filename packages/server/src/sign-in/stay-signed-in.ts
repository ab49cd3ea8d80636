import type { TenantId } from '@argus/contract';
import { readUserAgent } from '@argus/core';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Services } from '../services.ts';

interface Asking {
  readonly tenant: TenantId;
  readonly clientId?: string | undefined;
  readonly origin: Pick<CallOrigin, 'userAgent'>;
}

/** For how long whoever comes may stay signed in; null where policy lets nobody. Who it is decides again at the end. */
export async function stayOffered(
  services: Pick<Services, 'policies'>,
  { tenant, clientId, origin }: Asking,
): Promise<number | null> {
  const subject = { clientId, deviceClass: readUserAgent(origin.userAgent).type, riskLevel: 'low' } as const;
  const { rememberMe } = (await services.policies.effective(tenant, subject)).session;
  return rememberMe.isAllowed ? rememberMe.absoluteSeconds : null;
}

/** Refuse what is not on offer, before anything is proved. */
export async function refuseStay(
  services: Pick<Services, 'policies'>,
  staySignedIn: boolean | undefined,
  asking: Asking,
): Promise<Refused | null> {
  if (!staySignedIn || (await stayOffered(services, asking)) !== null) return null;
  return {
    refused: 'invalid_request',
    errors: [{ path: 'body.staySignedIn', message: 'is not allowed by the policy of this tenant' }],
  };
}
