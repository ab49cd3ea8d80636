import { defaultTenant, type TenantId } from '@argus/contract';
import { type FeedListening, feedStates, type NumberedEvent } from '@argus/store';
import { type HeartbeatMessage, issueFeedToken } from '@argus/tokens';
import type { EventStream } from '../http/sse.ts';
import { repeat, stopwatch } from '../services/clock.ts';
import type { Services } from '../services.ts';
import { type FeedLine, openFeedLine } from './feed-line.ts';
import { numberingFor } from './feed-message.ts';
import { createFollower, type Follower } from './follower.ts';

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
const heartbeatMs = 1_000;
/** A node that has not heard from its database for this long says nothing: it could miss an end and not know. */
const contactSeconds = 2;

export function openFeed(services: Needs): Feed {
  const lines = new Map<string, Promise<FeedLine | null>>();
  const opened = new Set<FeedLine>();
  const settle = createSettling(services, (tenant) => advanceLine(tenant));
  const contact = createContact();
  const node = services.random.uuid();
  let listening: FeedListening | null = null;
  const jobs: { stop(): Promise<void> }[] = [];

  const lineOf = (tenant: TenantId): Promise<FeedLine | null> => {
    const known = lines.get(tenant);
    if (known) return known;
    const line = openFeedLine(services, tenant, hearKeys);
    lines.set(tenant, line);
    line.then(
      (made) => void (made ? opened.add(made) : lines.delete(tenant)),
      () => lines.delete(tenant),
    );
    return line;
  };
  /** Another node changed the keys: whoever goes on with the old ones signs what nobody believes. */
  function hearKeys(events: readonly NumberedEvent[]): void {
    if (events.some(({ event }) => event.type === 'keys-rotated'))
      void services.keys.tend('system').catch(report);
  }
  async function advanceLine(tenant: string): Promise<void> {
    await (await lines.get(tenant))?.advance();
  }
  const poll = async () => {
    const states = await feedStates(services.store.pool);
    let isAllTold = true;
    for (const { tenant, head, hasPending } of states) {
      if (hasPending && !(await settle(tenant))) isAllTold = false;
      const line = await lines.get(tenant);
      if (line && line.head() < head) await line.advance();
      line?.tend();
    }
    // What ended and cannot be told must not be covered by heartbeats.
    if (isAllTold) contact.had();
  };
  function report(error: unknown): void {
    services.log.error({ err: error }, 'the feed could not be looked after');
  }

  return {
    hasRoom(keyId) {
      const followers = [...opened].flatMap((line) => [...line.followers]);
      const ofKey = followers.filter((follower) => follower.keyId === keyId);
      return followers.length < mostStreams && ofKey.length < mostStreamsOfKey;
    },
    start() {
      // Every node follows this one, whoever listens to it: it hears of keys that others changed.
      lineOf(defaultTenant).catch(report);
      listening = services.store.listenToFeeds({
        onGrown: (tenant) => void advanceLine(tenant).catch(report),
        onLost: (reason) => services.log.warn({ reason }, 'the feed is heard by polling for now'),
      });
      jobs.push(repeat(pollMs, poll, report));
      jobs.push(
        repeat(heartbeatMs, () => beat(services, { opened, node, isInContact: contact.isRecent() }), report),
      );
    },
    settle,
    async follow(stream, { tenant, keyId, nonce, after }) {
      const line = await lineOf(tenant);
      if (!line) return stream.end();
      const follower = createFollower({ stream, keyId, nonce });
      stream.onClose(() => line.leave(follower));
      await line.join(follower, after);
      await sayHead(services, { line, follower, tenant, node });
    },
    followers: () => [...opened].reduce((sum, line) => sum + line.followers.size, 0),
    async close() {
      for (const line of opened) for (const { stream } of line.followers) stream.end();
      await Promise.all([listening?.close(), ...jobs.map((job) => job.stop())]);
    },
  };
}

/** What waits gets its numbers, one batch after the other; a call during it asks for one more look. */
function createSettling(services: Needs, onSettled: (tenant: string) => Promise<void>) {
  const running = new Map<string, { again: boolean; readonly done: Promise<boolean> }>();
  const settleAll = async (tenant: string, isAsked: () => boolean): Promise<boolean> => {
    try {
      for (let isMore = true; isMore; ) {
        const numbered = await services.store.numberEvents(tenant, numberingFor(services, tenant));
        if (numbered.events.length > 0) {
          for (const { event } of numbered.events) services.metrics.feedEvents.inc({ type: event.type });
          await onSettled(tenant);
        }
        isMore = numbered.isMore || isAsked();
      }
      return true;
    } catch (error) {
      services.log.error({ err: error, tenant }, 'what happened waits to be told');
      return false;
    } finally {
      running.delete(tenant);
    }
  };
  return (tenant: string): Promise<boolean> => {
    const known = running.get(tenant);
    if (known) {
      known.again = true;
      return known.done;
    }
    const isAsked = () => {
      const state = running.get(tenant);
      const again = state?.again === true;
      if (state) state.again = false;
      return again;
    };
    const { promise: done, resolve } = Promise.withResolvers<boolean>();
    running.set(tenant, { again: false, done });
    void settleAll(tenant, isAsked).then(resolve);
    return done;
  };
}

function createContact() {
  let since = stopwatch();
  return {
    had: () => {
      since = stopwatch();
    },
    isRecent: () => since() <= contactSeconds,
  };
}

interface Beat {
  readonly opened: ReadonlySet<FeedLine>;
  readonly node: string;
  readonly isInContact: boolean;
}

async function beat(services: Needs, { opened, node, isInContact }: Beat): Promise<void> {
  if (!isInContact) return;
  for (const line of opened) {
    for (const follower of line.followers) {
      const known = await services.serviceBook.find(follower.keyId);
      const isWelcome =
        known?.service.status === 'active' && known.service.permissions.includes('revocations');
      if (isWelcome) await sayHead(services, { line, follower, tenant: known.service.tenant, node });
      else follower.stream.end();
    }
  }
}

async function sayHead(
  { config, clock, keys }: Needs,
  of: {
    readonly line: FeedLine;
    readonly follower: Follower;
    readonly tenant: string;
    readonly node: string;
  },
): Promise<void> {
  const { follower, tenant, node } = of;
  const head = follower.place();
  // One that is still catching up has no number to be compared with.
  if (head === null || head !== of.line.head()) return;
  const now = clock.now();
  const message: HeartbeatMessage = {
    iss: config.issuer,
    tenant,
    time: Math.floor(now / 1000),
    type: 'heartbeat',
    node,
    head,
    nonce: follower.nonce,
  };
  const data = await issueFeedToken(keys.ring(), message, now);
  follower.stream.send({ type: 'heartbeat', data });
}
