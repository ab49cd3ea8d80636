import type { FeedEvent, Instant, Told } from '@argus/contract';
import { retryingConflicts } from '../postgres/conflict.ts';
import { type Client, type Pool, timestamp } from '../postgres/pool.ts';
import { inTransaction } from '../postgres/transaction.ts';

/** What came before the next event of a feed. */
export interface FeedEnd {
  readonly head: number;
  readonly digest: string;
}

/** An event with its number, signed. */
export interface NumberedEvent {
  readonly seq: number;
  readonly event: FeedEvent;
  readonly token: string;
}

export interface Numbered {
  readonly events: readonly NumberedEvent[];
  /** Whether as many as fit at once were there, so that more may wait. */
  readonly isMore: boolean;
}

/** Makes of what happened what is told: with its times, its number and its signature. */
export type Numbering = (
  told: readonly Told[],
  end: FeedEnd,
) => Promise<{
  readonly events: readonly NumberedEvent[];
  readonly digest: string;
  /** Until when those who come back may still want them. */
  readonly expiresAt: Instant;
}>;

/** The channel on which nodes hear that a feed grew. */
export const feedChannel = 'argus_feed';
/** The channel on which nodes hear that a policy is another. */
export const policyChannel = 'argus_policy';
const atOnce = 200;

/**
 * Give what is committed and waits its numbers, in one transaction under the tenant's own lock: whoever reads number 8
 * finds 7 beside it, however the transactions overlapped in which the two came about. Signing happens inside, which is
 * short and takes nobody's locks but the next one's who numbers.
 */
export function numberEvents(pool: Pool, tenant: string, numbering: Numbering): Promise<Numbered> {
  return retryingConflicts(() => inTransaction(pool, (client) => numberOnce(client, tenant, numbering)));
}

const nothing: Numbered = { events: [], isMore: false };

async function numberOnce(client: Client, tenant: string, numbering: Numbering): Promise<Numbered> {
  const { rows: ends } = await client.query<FeedEnd>({
    name: 'hold-feed',
    text: 'SELECT head, digest FROM feeds WHERE tenant_id = $1 FOR UPDATE',
    values: [tenant],
  });
  // A statement of its own: it sees all that was committed before the lock was had.
  const { rows } = await client.query<{ id: number; event: Told }>({
    name: 'take-pending',
    text: 'SELECT id, event FROM feed_pending WHERE tenant_id = $1 ORDER BY id LIMIT $2',
    values: [tenant, atOnce],
  });
  const [end] = ends;
  if (!end || rows.length === 0) return nothing;
  const { events, digest, expiresAt } = await numbering(
    rows.map(({ event }) => event),
    end,
  );
  await client.query({
    name: 'number-events',
    text: numberedText,
    values: [
      tenant,
      rows.map(({ id }) => id),
      events.map(({ seq }) => seq),
      events.map(({ event }) => JSON.stringify(event)),
      events.map(({ token }) => token),
      timestamp(expiresAt),
      end.head + events.length,
      digest,
      events.some(({ event }) => event.type === 'policy-changed'),
    ],
  });
  return { events, isMore: rows.length === atOnce };
}

const numberedText = `
  WITH taken AS (
    DELETE FROM feed_pending WHERE tenant_id = $1 AND id = ANY ($2::bigint[])
  ), told AS (
    INSERT INTO feed_events (tenant_id, seq, event, token, expires_at)
    SELECT $1, e.seq, e.event, e.token, $6 FROM unnest($3::bigint[], $4::jsonb[], $5::text[]) AS e (seq, event, token)
  ), moved AS (
    UPDATE feeds SET head = $7, digest = $8 WHERE tenant_id = $1
  )
  SELECT pg_notify('${feedChannel}', $1::text), CASE WHEN $9 THEN pg_notify('${policyChannel}', $1::text) END`;
