import type { TenantId } from '@argus/contract';
import { type FeedState, feedEnd, type NumberedEvent } from '@argus/store';
import type { Services } from '../services.ts';
import { type FeedLine, openFeedLine } from './feed-line.ts';
import type { Follower } from './follower.ts';

/** The feeds that somebody in this process follows or has followed. */
export interface FeedLines {
  /** Null: there is no such tenant. */
  of(tenant: TenantId): Promise<FeedLine | null>;
  /** Read on, if anybody here follows this tenant. */
  advance(tenant: string): Promise<void>;
  /** Catch up with where the database says a feed is. */
  catchUp(state: FeedState): Promise<void>;
  all(): ReadonlySet<FeedLine>;
  followers(): readonly Follower[];
}

type Needs = Pick<Services, 'config' | 'tenants' | 'clock' | 'keys' | 'policies' | 'store' | 'log'>;

export function createFeedLines(
  services: Needs,
  onEvents: (events: readonly NumberedEvent[]) => void,
): FeedLines {
  const lines = new Map<string, Promise<FeedLine | null>>();
  const opened = new Set<FeedLine>();
  /** A tenant was erased, and another one has its id: what stands in the database is behind what was read before. */
  const isOfEarlierTenant = async (line: FeedLine): Promise<boolean> => {
    const head = line.head();
    const end = await feedEnd(services.store.pool, line.tenant);
    return end !== null && end.head < head;
  };
  const drop = (line: FeedLine): void => {
    // Whoever comes second finds the next one in its place.
    if (!opened.delete(line)) return;
    for (const { stream } of line.followers) stream.end();
    lines.delete(line.tenant);
  };
  const open = (tenant: TenantId): Promise<FeedLine | null> => {
    const line = openFeedLine(services, tenant, onEvents);
    lines.set(tenant, line);
    line.then(
      (made) => void (made ? opened.add(made) : lines.delete(tenant)),
      () => lines.delete(tenant),
    );
    return line;
  };
  return {
    async of(tenant) {
      const known = await lines.get(tenant);
      // Looked at for each stream that is opened: what it would hear of an earlier tenant, it would never let go.
      if (known && !(await isOfEarlierTenant(known))) return known;
      if (known) drop(known);
      return lines.get(tenant) ?? open(tenant);
    },
    async advance(tenant) {
      await (await lines.get(tenant))?.advance();
    },
    async catchUp({ tenant, head }) {
      const line = await lines.get(tenant);
      if (!line) return;
      if (line.head() < head) await line.advance();
      else if (line.head() > head && (await isOfEarlierTenant(line))) drop(line);
      else line.tend();
    },
    all: () => opened,
    followers: () => [...opened].flatMap((line) => [...line.followers]),
  };
}
