import { isDeepStrictEqual } from 'node:util';
import type { FeedEvent, FeedPolicy, Instant, PolicyDocument } from '@argus/contract';
import { tellFeed } from '../changes/tell.ts';
import type { FeedEnd, NumberedEvent } from '../feed/number-events.ts';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { inTransaction } from '../postgres/transaction.ts';
import type { Row } from '../tables/rows.ts';
import { documentOf } from './policies.ts';

/** How far a tenant's feed has come, and whether something waits for its number. */
export interface FeedState {
  readonly tenant: string;
  readonly head: number;
  readonly hasPending: boolean;
}

/** Of every tenant. One look at it is also how a node knows that its database answers. */
export async function feedStates(pool: Pool): Promise<readonly FeedState[]> {
  const { rows } = await pool.query<Row>({
    name: 'feed-states',
    text: `
      SELECT tenant_id, head, EXISTS (SELECT FROM feed_pending p WHERE p.tenant_id = f.tenant_id) AS has_pending
      FROM feeds f`,
  });
  return rows.map((row) => ({ tenant: row.tenant_id, head: row.head, hasPending: row.has_pending }));
}

export async function feedEnd(pool: Pool, tenant: string): Promise<FeedEnd | null> {
  const { rows } = await pool.query<FeedEnd>({
    name: 'feed-end',
    text: 'SELECT head, digest FROM feeds WHERE tenant_id = $1',
    values: [tenant],
  });
  return rows[0] ?? null;
}

/** A place in a feed, and how many of what comes after it. */
export interface FeedPlace {
  readonly tenant: string;
  readonly after: number;
  readonly limit: number;
}

/** What was told after this number, in order. The oldest are forgotten: see whether the first is the next one. */
export async function feedEventsAfter(
  pool: Pool,
  { tenant, after, limit }: FeedPlace,
): Promise<readonly NumberedEvent[]> {
  const { rows } = await pool.query<NumberedEvent>({
    name: 'feed-events-after',
    text: `SELECT seq, event, token FROM feed_events WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    values: [tenant, after, limit],
  });
  return rows;
}

/** Something that happened, and its number. */
export interface ToldEvent {
  readonly seq: number;
  readonly event: FeedEvent;
}

/** The same without its signed form, and no further than `until`: for a snapshot. */
export async function toldBetween(
  pool: Pool,
  { tenant, after, limit, until }: FeedPlace & { readonly until: number },
): Promise<readonly ToldEvent[]> {
  const { rows } = await pool.query<ToldEvent>({
    name: 'told-between',
    text: `
      SELECT seq, event FROM feed_events
      WHERE tenant_id = $1 AND seq > $2 AND seq <= $4 ORDER BY seq LIMIT $3`,
    values: [tenant, after, limit, until],
  });
  return rows;
}

/**
 * Forget the oldest events whose time has passed, always a beginning of the feed, so that what is left has no gap;
 * `limit` at most, of each tenant. Answers how many went.
 */
export async function forgetFeedEvents(
  pool: Pool,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'forget-feed-events',
    text: `
      DELETE FROM feed_events e USING feeds f
      WHERE e.tenant_id = f.tenant_id AND e.seq < COALESCE(
        (SELECT seq FROM feed_events k WHERE k.tenant_id = f.tenant_id AND k.expires_at > $1 ORDER BY seq LIMIT 1),
        f.head + 1)
      AND e.seq < $2 + (SELECT min(seq) FROM feed_events o WHERE o.tenant_id = f.tenant_id)`,
    values: [timestamp(now), limit],
  });
  return rowCount ?? 0;
}

/** Note what policy says to those who follow the feeds, and tell those for whom that is new. */
export async function noteFeedPolicies(
  pool: Pool,
  policyOf: (document: PolicyDocument) => FeedPolicy,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Row>(`
      SELECT f.tenant_id, f.policy, p.document FROM feeds f JOIN tenants t ON t.id = f.tenant_id
      LEFT JOIN policies p ON p.tenant_id = t.id AND p.version = t.policy_version ORDER BY f.tenant_id FOR UPDATE OF f`);
    for (const row of rows) {
      const policy = policyOf(documentOf(row.document));
      if (isDeepStrictEqual(row.policy, policy)) continue;
      await client.query('UPDATE feeds SET policy = $2 WHERE tenant_id = $1', [
        row.tenant_id,
        JSON.stringify(policy),
      ]);
      await tellFeed(client, row.tenant_id, [{ type: 'policy-changed', ...policy }]);
    }
  });
}
