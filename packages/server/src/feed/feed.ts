import { defaultTenant, type TenantId } from '@argus/contract';
import type { FeedListening } from '@argus/store';
import type { EventStream } from '../http/sse.ts';
import { repeat } from '../services/clock.ts';
import type { Services } from '../services.ts';
import { createFeedLines } from './feed-lines.ts';
import { createFollower } from './follower.ts';
import { beat, createContact, sayHead } from './heartbeat.ts';
import { createPolling } from './polling.ts';
import { createSettling } from './settling.ts';
import { createStreamCount } from './stream-count.ts';

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
  | 'config'
  | 'tenants'
  | 'clock'
  | 'random'
  | 'keys'
  | 'policies'
  | 'store'
  | 'log'
  | 'metrics'
  | 'serviceBook'
>;

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
  const streams = createStreamCount();
  const polling = createPolling(services, { lines, settling, contact, report });
  const node = services.random.uuid();
  const jobs: { stop(): Promise<void> }[] = [];
  let listening: FeedListening | null = null;
  let isClosed = false;
  let opened = 0;
  return {
    hasRoom: streams.hasRoom,
    start() {
      // Every node follows this one, whoever listens to it: it hears of keys that others changed.
      lines.of(defaultTenant).catch(report);
      listening = services.store.listenToFeeds({
        onGrown: (tenant) => void lines.advance(tenant).catch(report),
        onPolicyChanged: (tenant) => services.policies.forget(tenant as TenantId), // the database names tenants
        onLost: (reason) => services.log.warn({ reason }, 'the feed is heard by polling for now'),
      });
      let turn = 0;
      const tellHead = () => {
        turn = (turn + 1) % turns;
        return beat(services, { lines: lines.all(), contact, node, turn });
      };
      jobs.push(repeat(pollMs, polling.look, report));
      jobs.push(repeat(turnMs, tellHead, report));
    },
    settle: settling.settle,
    async follow(stream, { tenant, keyId, nonce, after }) {
      const line = await lines.of(tenant);
      if (!line || isClosed) return stream.end();
      opened += 1;
      const follower = createFollower({ stream, keyId, nonce, turn: opened % turns });
      streams.add(keyId);
      let isGone = false;
      stream.onClose(() => {
        isGone = true;
        streams.remove(keyId);
        line.leave(follower);
      });
      if (isGone) return;
      await line.join(follower, after);
      if (contact.isRecent(tenant)) await sayHead(services, { line, follower, tenant, node });
    },
    followers: streams.size,
    async close() {
      isClosed = true;
      for (const { stream } of lines.followers()) stream.end();
      await Promise.all([listening?.close(), settling.close(), ...jobs.map((job) => job.stop())]);
      await polling.finished();
    },
  };
}
