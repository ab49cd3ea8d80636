import type { FeedEvent, TenantId, Told } from '@argus/contract';
import type { FeedEnd, NumberedEvent, Numbering } from '@argus/store';
import { type FeedEventMessage, feedDigest, issueFeedToken } from '@argus/tokens';
import type { Services } from '../services.ts';
import { issuerOf } from '../tenant/address.ts';

type Needs = Pick<Services, 'config' | 'tenants' | 'clock' | 'keys' | 'policies'>;

/** Feeds keep what those who come back may still want, and a little more for clocks that differ. */
const marginSeconds = 60;

/**
 * What numbers and signs the events of a tenant: each names the one before it, so that whoever reads the signed texts
 * in order knows that none is missing and none was put between.
 */
export function numberingFor(services: Needs, tenant: string): Numbering {
  return async (told, end) => {
    const now = services.clock.now();
    const { longestAccessSeconds } = await services.policies.of(tenant as TenantId);
    const exp = Math.ceil(now / 1000) + longestAccessSeconds;
    const events: NumberedEvent[] = [];
    let last: FeedEnd = end;
    for (const each of told) {
      const event = timed(each, { before: now, exp });
      const numbered = await signed(services, { tenant, event, last, now });
      events.push(numbered);
      last = { head: numbered.seq, digest: feedDigest(numbered.token) };
    }
    return { events, digest: last.digest, expiresAt: (exp + marginSeconds) * 1000 };
  };
}

async function signed(
  services: Needs,
  of: {
    readonly tenant: string;
    readonly event: FeedEvent;
    readonly last: FeedEnd;
    readonly now: number;
  },
): Promise<NumberedEvent> {
  const { tenant, event, last, now } = of;
  const seq = last.head + 1;
  const message: FeedEventMessage = {
    iss: await issuerOf(services, tenant as TenantId),
    tenant,
    time: Math.floor(now / 1000),
    seq,
    prev: last.digest,
    ...event,
  };
  return { seq, event, token: await issueFeedToken(services.keys.ring(), message, now) };
}

/** No token that was issued before lives longer than `exp`; what is told of began at `before` or earlier. */
function timed(told: Told, { before, exp }: { readonly before: number; readonly exp: number }): FeedEvent {
  switch (told.type) {
    case 'session-ended':
    case 'grant-ended':
    case 'token-ended':
      return { ...told, exp };
    case 'user-ended':
    case 'client-ended':
    case 'tenant-ended':
      return { ...told, before, exp };
    case 'keys-rotated':
    case 'policy-changed':
      return told;
  }
}
