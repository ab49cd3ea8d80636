import type { NumberedEvent } from '@argus/store';
import type { EventStream } from '../http/sse.ts';

/** One stream of a tenant's feed: it gets every event once and in order, from wherever it began. */
export interface Follower {
  readonly stream: EventStream;
  readonly keyId: string;
  /** Of the request that opened it: its heartbeats name it. */
  readonly nonce: string;
  /** In which part of each second it hears a heartbeat. */
  readonly turn: number;
  /** Send what is next. Before `begin` it waits; a gap ends the stream, whose reader then comes back. */
  tell(events: readonly NumberedEvent[]): void;
  /** After this number: first what it missed, then what came meanwhile. */
  begin(at: number, missed: readonly NumberedEvent[]): void;
  /** The number it has come to; null before it began. */
  place(): number | null;
}

/** What may happen while a stream catches up. */
const mostHeldBack = 20_000;

export function createFollower(of: Pick<Follower, 'stream' | 'keyId' | 'nonce' | 'turn'>): Follower {
  const { stream } = of;
  let at: number | null = null;
  let heldBack: NumberedEvent[] = [];

  const send = (events: readonly NumberedEvent[]) => {
    for (const { seq, event, token } of events) {
      if (at === null || seq <= at) continue;
      if (seq !== at + 1) return stream.end();
      if (!stream.send({ id: seq, type: event.type, data: token })) return;
      at = seq;
    }
  };
  return {
    ...of,
    place: () => at,
    tell(events) {
      if (at !== null) return send(events);
      if (heldBack.length + events.length > mostHeldBack) return stream.end();
      heldBack.push(...events);
    },
    begin(from, missed) {
      at = from;
      const waited = heldBack;
      heldBack = [];
      send(missed);
      send(waited);
    },
  };
}
