import { defaultTenant, type TenantId } from '@argus/contract';
import { type FeedListening, feedStates } from '@argus/store';
import type { EventStream } from '../http/sse.ts';
import { repeat } from '../services/clock.ts';
import type { Services } from '../services.ts';
import { createFeedLines, type FeedLines } from './feed-lines.ts';
import { createFollower, type Follower } from './follower.ts';
import { beat, createContact, sayHead } from './heartbeat.ts';
import { createSettling, type Settling } from './settling.ts';

/** Whose stream it is, and where it goes on. */
export interface Following {
  readonly tenant: TenantId;
  readonly keyId: string;
  readonly nonce: string;
  /** Null: from a snapshot. */
  readonly after: number | null;
}

/** What this process tells services, and what it hears from other processes to be told. */
export interface Feed {
  /** Begin to listen to other nodes, and to look after what they may have left behind. */
  start(): void;
  /** Give what waits in a tenant its numbers and tell it here. Never throws; false: it waits, and is tried again soon. */
  settle(tenant: string): Promise<boolean>;
  /** Whether one more stream may be opened with this key. */
  hasRoom(keyId: string): boolean;
  /** Tell a stream everything from here on, until it ends. */
  follow(stream: EventStream, following: Following): Promise<void>;
  followers(): number;
  /** End all streams and stop. */
  close(): Promise<void>;
}

type Needs = Pick<
  Services,
  'config' | 'clock' | 'random' | 'keys' | 'policy' | 'store' | 'log' | 'metrics' | 'serviceBook'
>;

/** In one process: of all services, and with one key. */
const mostStreams = 10_000;
const mostStreamsOfKey = 1_000;
const pollMs = 500;
/** Each stream hears one a second, by turns: all at once would hold up what ends in that moment. */
const turns = 10;
const turnMs = 1_000 / turns;

export function openFeed(services: Needs): Feed {
  const report = (error: unknown) => services.log.error({ err: error }, 'the feed could not be looked after');
  const lines = createFeedLines(services, (events) => {
    // Another node changed the keys: whoever goes on with the old ones signs what nobody believes.
    if (events.some(({ event }) => event.type === 'keys-rotated'))
      void services.keys.tend('system').catch(report);
  });
  const settling = createSettling(services, lines.advance);
  const contact = createContact();
  const node = services.random.uuid();
  const jobs: { stop(): Promise<void> }[] = [];
  let listening: FeedListening | null = null;
  let isClosed = false;
  let opened = 0;
  return {
    hasRoom: (keyId) => hasRoom(lines.followers(), keyId),
    start() {
      // Every node follows this one, whoever listens to it: it hears of keys that others changed.
      lines.of(defaultTenant).catch(report);
      listening = services.store.listenToFeeds({
        onGrown: (tenant) => void lines.advance(tenant).catch(report),
        onLost: (reason) => services.log.warn({ reason }, 'the feed is heard by polling for now'),
      });
      let turn = 0;
      const tellHead = async () => {
        turn = (turn + 1) % turns;
        if (contact.isRecent()) await beat(services, { lines: lines.all(), node, turn });
      };
      jobs.push(repeat(pollMs, () => poll(services, { lines, settling, contact }), report));
      jobs.push(repeat(turnMs, tellHead, report));
    },
    settle: settling.settle,
    async follow(stream, { tenant, keyId, nonce, after }) {
      const line = await lines.of(tenant);
      if (!line || isClosed) return stream.end();
      opened += 1;
      const follower = createFollower({ stream, keyId, nonce, turn: opened % turns });
      stream.onClose(() => line.leave(follower));
      await line.join(follower, after);
      await sayHead(services, { line, follower, tenant, node });
    },
    followers: () => lines.followers().length,
    async close() {
      isClosed = true;
      for (const { stream } of lines.followers()) stream.end();
      await Promise.all([listening?.close(), settling.close(), ...jobs.map((job) => job.stop())]);
    },
  };
}

interface Looking {
  readonly lines: FeedLines;
  readonly settling: Settling;
  readonly contact: ReturnType<typeof createContact>;
}

/** Number what a node that died left behind, and read what a lost notice would have told. */
async function poll({ store }: Needs, { lines, settling, contact }: Looking): Promise<void> {
  let isAllTold = true;
  for (const state of await feedStates(store.pool)) {
    if (state.hasPending && !(await settling.settle(state.tenant))) isAllTold = false;
    await lines.catchUp(state);
  }
  // What ended and cannot be told must not be covered by heartbeats.
  if (isAllTold) contact.had();
}

function hasRoom(followers: readonly Follower[], keyId: string): boolean {
  const ofKey = followers.filter((follower) => follower.keyId === keyId);
  return followers.length < mostStreams && ofKey.length < mostStreamsOfKey;
}
