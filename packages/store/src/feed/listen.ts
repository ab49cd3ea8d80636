import pg from 'pg';
import { after, type Waiting } from '../services/clock.ts';
import { feedChannel, policyChannel } from './number-events.ts';

export interface FeedListening extends AsyncDisposable {
  close(): Promise<void>;
}

export interface FeedEars {
  readonly url: string;
  /** A feed of this tenant grew somewhere. */
  onGrown(tenant: string): void;
  /** The policy of this tenant is another than it was. */
  onPolicyChanged(tenant: string): void;
  /** The connection was lost; until it is back nothing is heard, and whoever asks the database again hears all. */
  onLost(reason: string): void;
  /** When to try again, in milliseconds. */
  readonly retryMs?: number;
}

/** Hear of every feed that grows, over a connection of its own, until closed. It comes back by itself when it is lost. */
export function listenToFeeds(ears: FeedEars): FeedListening {
  const { retryMs = 500 } = ears;
  let client: pg.Client | null = null;
  let waiting: Waiting | null = null;
  let isClosed = false;

  const lose = (lost: pg.Client, reason: string) => {
    if (client !== lost) return;
    client = null;
    lost.end().catch(() => undefined);
    if (isClosed) return;
    ears.onLost(reason);
    waiting = after(retryMs, begin);
  };

  const begin = () => {
    const next = new pg.Client({
      connectionString: ears.url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    client = next;
    next.on('error', (error) => lose(next, error.message));
    next.on('end', () => lose(next, 'the connection ended'));
    next.on('notification', ({ channel, payload }) => {
      if (payload && channel === policyChannel) ears.onPolicyChanged(payload);
      else if (payload) ears.onGrown(payload);
    });
    void listen(next, lose);
  };

  const close = async () => {
    isClosed = true;
    waiting?.cancel();
    const last = client;
    client = null;
    await last?.end().catch(() => undefined);
  };
  begin();
  return { close, [Symbol.asyncDispose]: close };
}

async function listen(client: pg.Client, lose: (lost: pg.Client, reason: string) => void): Promise<void> {
  try {
    await client.connect();
    await client.query(`LISTEN ${feedChannel}; LISTEN ${policyChannel}`);
  } catch (error) {
    lose(client, error instanceof Error ? error.message : 'no connection');
  }
}
