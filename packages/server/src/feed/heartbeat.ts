import type { TenantId } from '@argus/contract';
import { type HeartbeatMessage, issueFeedToken } from '@argus/tokens';
import { stopwatch } from '../services/clock.ts';
import type { Services } from '../services.ts';
import { issuerOf } from '../tenant/address.ts';
import type { FeedLine } from './feed-line.ts';
import type { Follower } from './follower.ts';

type Needs = Pick<Services, 'config' | 'tenants' | 'clock' | 'keys' | 'serviceBook'>;

/** A node that has not heard from its database for this long says nothing: it could miss an end and not know. */
const contactSeconds = 2;

/** How long ago the database was asked and everything that waited in a tenant could be told. */
export interface Contact {
  had(tenant: string): void;
  isRecent(tenant: string): boolean;
}

export function createContact(): Contact {
  const since = new Map<string, () => number>();
  return {
    had: (tenant) => void since.set(tenant, stopwatch()),
    isRecent: (tenant) => (since.get(tenant)?.() ?? Number.POSITIVE_INFINITY) <= contactSeconds,
  };
}

interface Beat {
  readonly lines: ReadonlySet<FeedLine>;
  readonly contact: Contact;
  readonly node: string;
  readonly turn: number;
}

/** A heartbeat for every stream whose turn it is and whose service may still follow; the others end. */
export async function beat(services: Needs, { lines, contact, node, turn }: Beat): Promise<void> {
  for (const line of lines) {
    for (const follower of line.followers) {
      if (follower.turn !== turn) continue;
      const known = await services.serviceBook.find(follower.keyId);
      // The key may be another tenant's by now.
      const isWelcome =
        known?.service.tenant === line.tenant &&
        known.service.status === 'active' &&
        known.service.permissions.includes('revocations');
      if (!isWelcome) follower.stream.end();
      else if (contact.isRecent(line.tenant))
        await sayHead(services, { line, follower, tenant: line.tenant, node });
    }
  }
}

/** Say to one stream how far the feed has come, if it has come as far. */
export async function sayHead(
  services: Needs,
  of: {
    readonly line: FeedLine;
    readonly follower: Follower;
    readonly tenant: TenantId;
    readonly node: string;
  },
): Promise<void> {
  const { follower, tenant, node } = of;
  const head = follower.place();
  // One that is still catching up has no number to be compared with.
  if (head === null || head !== of.line.head()) return;
  const now = services.clock.now();
  const message: HeartbeatMessage = {
    iss: await issuerOf(services, tenant),
    tenant,
    time: Math.floor(now / 1000),
    type: 'heartbeat',
    node,
    head,
    nonce: follower.nonce,
  };
  const data = await issueFeedToken(services.keys.ring(), message, now);
  follower.stream.send({ type: 'heartbeat', data });
}
