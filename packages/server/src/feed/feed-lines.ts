import type { TenantId } from '@argus/contract';
import type { FeedState, NumberedEvent } from '@argus/store';
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
  return {
    of(tenant) {
      const known = lines.get(tenant);
      if (known) return known;
      const line = openFeedLine(services, tenant, onEvents);
      lines.set(tenant, line);
      line.then(
        (made) => void (made ? opened.add(made) : lines.delete(tenant)),
        () => lines.delete(tenant),
      );
      return line;
    },
    async advance(tenant) {
      await (await lines.get(tenant))?.advance();
    },
    async catchUp({ tenant, head }) {
      const line = await lines.get(tenant);
      if (line && line.head() < head) await line.advance();
      line?.tend();
    },
    all: () => opened,
    followers: () => [...opened].flatMap((line) => [...line.followers]),
  };
}
