import type { Instant, ProviderId } from '@argus/contract';
import type { Mark } from '@argus/core';
import { hashOf } from '../secrets.ts';

/** What a browser brings back from a provider counts for this long. */
export const journeyLifeMs = 10 * 60_000;

/** Used up by the first answer that comes back, whatever becomes of it. */
export function federationMark({
  providerId,
  id,
  at,
}: {
  readonly providerId: ProviderId;
  readonly id: string;
  readonly at: Instant;
}): Mark {
  return { use: 'federation', hash: hashOf(`${providerId}\n${id}`), expiresAt: at + journeyLifeMs };
}
