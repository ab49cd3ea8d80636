import type { TenantId } from '@argus/contract';
import { feedEnd, feedEventsAfter, type NumberedEvent } from '@argus/store';
import type { Services } from '../services.ts';
import type { Follower } from './follower.ts';
import { keepSnapshots, type Snapshot } from './snapshot.ts';

/** The feed of one tenant in this process: its newest events, and the streams that follow it. */
export interface FeedLine {
  readonly tenant: TenantId;
  readonly followers: ReadonlySet<Follower>;
  head(): number;
  /** Read what is new and tell it. Calls that overlap share what they find. */
  advance(): Promise<void>;
  /** Send a stream what it lacks, and from then on everything. Null: from a snapshot. */
  join(follower: Follower, after: number | null): Promise<void>;
  leave(follower: Follower): void;
  /** Let go of what nobody will need again; to be called now and then. */
  tend(): void;
}

type Needs = Pick<Services, 'config' | 'tenants' | 'clock' | 'keys' | 'policies' | 'store' | 'log'>;

const page = 500;
/** So many are kept in memory for those who come back after a moment. */
const mostRecent = 2_000;
/** Whoever lacks more is better served by a snapshot. */
const mostMissed = 5_000;

/** Open the line where the feed stands now. Null: there is no such tenant. */
export async function openFeedLine(
  services: Needs,
  tenant: TenantId,
  onEvents: (events: readonly NumberedEvent[]) => void,
): Promise<FeedLine | null> {
  const end = await feedEnd(services.store.pool, tenant);
  if (!end) return null;
  const followers = new Set<Follower>();
  const recent = createRecent(end.head);
  const advance = createAdvance(services, tenant, (events) => {
    recent.add(events);
    for (const follower of followers) follower.tell(events);
    onEvents(events);
    return recent.head();
  });
  const snapshots = keepSnapshots(services, tenant);
  return {
    tenant,
    followers,
    head: recent.head,
    advance: () => advance(recent.head()),
    leave: (follower) => void followers.delete(follower),
    tend: snapshots.forgetOld,
    async join(follower, after) {
      // Before anything is read: what happens from here on waits in the follower.
      followers.add(follower);
      await advance(recent.head());
      const missed = after === null ? null : await missedSince(services, { tenant, after, recent });
      if (missed) return follower.begin(after ?? 0, missed);
      const snapshot = await snapshots.take(recent.head());
      if (!snapshot) return follower.stream.end();
      await sendSnapshot(follower, snapshot, recent);
    },
  };
}

async function sendSnapshot(follower: Follower, { seq, parts }: Snapshot, recent: Recent): Promise<void> {
  for (const [at, data] of parts.entries()) {
    const isLast = at === parts.length - 1;
    if (!follower.stream.send({ type: 'snapshot', data, ...(isLast ? { id: seq } : {}) })) return;
    await follower.stream.room();
  }
  // Where so much happened since that it is forgotten here, the gap ends the stream, and its reader comes back.
  follower.begin(seq, recent.after(seq) ?? []);
}

interface Recent {
  head(): number;
  add(events: readonly NumberedEvent[]): void;
  /** All after this number, or null where the oldest of them is forgotten here. */
  after(seq: number): readonly NumberedEvent[] | null;
}

function createRecent(start: number): Recent {
  let events: NumberedEvent[] = [];
  let head = start;
  return {
    head: () => head,
    add(more) {
      events.push(...more);
      if (events.length > mostRecent * 2) events = events.slice(-mostRecent);
      head = more.at(-1)?.seq ?? head;
    },
    after(seq) {
      const [first] = events;
      if (seq === head) return [];
      if (!first || seq > head || seq < first.seq - 1) return null;
      return events.slice(seq - first.seq + 1);
    },
  };
}

/** From memory or the database; null where that would be too much, or is partly forgotten, or was never told. */
async function missedSince(
  { store }: Needs,
  { tenant, after, recent }: { readonly tenant: string; readonly after: number; readonly recent: Recent },
): Promise<readonly NumberedEvent[] | null> {
  const known = recent.after(after);
  if (known) return known;
  if (after > recent.head() || recent.head() - after > mostMissed) return null;
  const missed = await feedEventsAfter(store.pool, { tenant, after, limit: mostMissed });
  return missed[0]?.seq === after + 1 ? missed : null;
}

/** One reader at a time; whoever calls meanwhile gets another look after this one. */
function createAdvance(
  { store, log }: Needs,
  tenant: string,
  onEvents: (events: readonly NumberedEvent[]) => number,
): (from: number) => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const look = async (from: number) => {
    for (let at = from; ; ) {
      const events = await feedEventsAfter(store.pool, { tenant, after: at, limit: page });
      if (events.length > 0 && events[0]?.seq !== at + 1)
        log.error(
          { tenant, at, found: events[0]?.seq },
          'the feed has a gap: whoever follows it begins anew',
        );
      at = events.length > 0 ? onEvents(events) : at;
      if (events.length < page) return;
    }
  };
  const begin = (from: number): Promise<void> => {
    running = look(from).finally(() => {
      running = null;
    });
    return running;
  };
  let newest = 0;
  return (from) => {
    newest = from;
    if (!running) return begin(from);
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return begin(newest);
      });
    return next;
  };
}
