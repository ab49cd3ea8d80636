import type { Clock } from '@argus/tokens';
import { keyIdOf, verifyFeedToken } from '@argus/tokens';
import { after, pause } from '../services/clock.ts';
import { spread } from '../services/secret.ts';
import type { ArgusClient, CallFailure } from './argus-client.ts';
import { eventsOf } from './event-lines.ts';
import type { FeedState, OpenedStream } from './feed-state.ts';

/** Why the last stream is over; null while one is open. */
export type FeedTrouble = CallFailure | 'silent' | 'gap' | 'late' | 'forged' | 'ended';

export interface FeedFollowing {
  trouble(): FeedTrouble | null;
  /** Streams that were begun. */
  streams(): number;
  close(): Promise<void>;
}

export interface FollowOptions {
  readonly client: ArgusClient;
  readonly state: FeedState;
  readonly issuer: string;
  readonly tenant: string;
  readonly clock: Clock;
  /** The key sets of tokens must be fetched anew. */
  onKeysChanged(): void;
}

const leastWaitMs = 100;
const mostWaitMs = 5_000;
/** A stream that says nothing for so long is dead, whatever TCP thinks. */
const silenceMs = 5_000;

/** Follow the feed until closed: whatever ends a stream, the next begins where this one stood, or with a snapshot. */
export function followFeed(options: FollowOptions): FeedFollowing {
  const closing = new AbortController();
  let trouble: FeedTrouble | null = null;
  let streams = 0;
  const run = async () => {
    for (let waitMs = leastWaitMs; !closing.signal.aborted; ) {
      const before = options.state.heardAt();
      streams += 1;
      trouble = await oneStream(options, closing.signal, () => {
        trouble = null;
      });
      if (trouble === 'gap' || trouble === 'forged') options.state.forgetPlace();
      const wasGood = options.state.heardAt() !== before;
      waitMs = wasGood ? leastWaitMs : Math.min(mostWaitMs, waitMs * 2);
      if (!closing.signal.aborted) await pause(spread(waitMs), closing.signal);
    }
  };
  const running = run();
  return {
    trouble: () => trouble,
    streams: () => streams,
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function oneStream(
  options: FollowOptions,
  closing: AbortSignal,
  onOpen: () => void,
): Promise<FeedTrouble> {
  const stopping = new AbortController();
  const signal = AbortSignal.any([closing, stopping.signal]);
  let isSilent = false;
  const watch = () =>
    after(silenceMs, () => {
      isSilent = true;
      stopping.abort();
    });
  let watching = watch();
  try {
    const place = options.state.place();
    const opened = await options.client.open({
      method: 'GET',
      path: '/service/v1/revocations',
      fields: [
        ['accept', 'text/event-stream'],
        ...(place === null ? [] : [['last-event-id', String(place)] as const]),
      ],
      signal,
    });
    if (!opened.ok) return isSilent ? 'silent' : opened.failure;
    onOpen();
    for await (const { data } of eventsOf(opened.body)) {
      watching.cancel();
      watching = watch();
      const trouble = await readOne(options, data, opened);
      if (trouble) return trouble;
    }
    return 'ended';
  } catch {
    return isSilent ? 'silent' : 'ended';
  } finally {
    watching.cancel();
    stopping.abort();
  }
}

async function readOne(
  options: FollowOptions,
  token: string,
  stream: OpenedStream,
): Promise<FeedTrouble | null> {
  const { client, state, issuer, tenant, clock } = options;
  const kid = keyIdOf(token);
  if (kid !== undefined && client.keys.find(kid) === undefined) await client.keys.load(kid);
  const verified = verifyFeedToken(client.keys, token, { issuer, tenant, now: clock.now() });
  if (!verified.ok) return 'forged';
  const outcome = state.read(verified.claims, token, stream);
  if (outcome === 'gap' || outcome === 'late') return outcome;
  if (outcome === 'keys-changed') {
    options.onKeysChanged();
    void client.keys.refresh();
  }
  return null;
}
