import type { SessionId } from '@argus/contract';
import type { ActivityWork } from '@argus/core';
import { retryingConflicts } from './postgres/conflict.ts';
import { type Pool, timestamp } from './postgres/pool.ts';

export interface ActivityWritten {
  /** False: this batch was taken before, and nothing was written. */
  readonly isFirst: boolean;
  /** Another policy came into force since its limits were asked for, and nothing was written: decide again. */
  readonly isOutdated: boolean;
  /** The sessions of the report that the tenant has. */
  readonly known: ReadonlySet<SessionId>;
  /** How many idle limits moved. */
  readonly moved: number;
}

/** Counts stay within what numbers hold exactly, whatever is reported for however long. */
const most = '9007199254740991';

/**
 * One batch in one statement. The mark comes first, so that the same batch, sent twice at once, counts once. Sessions whose
 * idle limit moves are locked in id order, each under its own guard: active, not run out, and only forward. Then the counts,
 * in the same order, and the events, of sessions that the tenant has and no others.
 */
const text = `
  WITH current AS (
    SELECT FROM tenants WHERE id = $1 AND ($28::int IS NULL OR policy_version = $28)
  ), first AS (
    INSERT INTO marks (tenant_id, use, hash, expires_at) SELECT $1, $2, $3, $4 FROM current
    ON CONFLICT (tenant_id, use, hash) DO NOTHING
    RETURNING 1
  ), moving AS MATERIALIZED (
    SELECT s.id, m.last_active_at, m.idle_expires_at
    FROM first, unnest($6::uuid[], $7::timestamptz[], $8::timestamptz[]) AS m (session_id, last_active_at, idle_expires_at)
    JOIN sessions s ON s.tenant_id = $1 AND s.id = m.session_id
    WHERE s.state = 'active' AND s.idle_expires_at > $5 AND s.absolute_expires_at > $5
      AND (s.idle_expires_at < m.idle_expires_at OR s.last_active_at < m.last_active_at)
      AND m.idle_expires_at <= s.absolute_expires_at
    ORDER BY s.id
    FOR NO KEY UPDATE OF s
  ), moved AS (
    UPDATE sessions s SET last_active_at = GREATEST(s.last_active_at, m.last_active_at),
      -- Where policy became tighter and this session was not held against it yet, its activity counts when it is.
      idle_expires_at = GREATEST(s.idle_expires_at, m.idle_expires_at)
    FROM moving m WHERE s.tenant_id = $1 AND s.id = m.id
    RETURNING s.id
  ), counted AS (
    INSERT INTO session_activity AS a (tenant_id, session_id, requests, bytes_out, records, actions, last_at, expires_at)
    SELECT $1, s.id, t.requests, t.bytes_out, t.records, t.actions, t.last_at, s.absolute_expires_at
    FROM first, unnest($9::uuid[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::timestamptz[])
      AS t (session_id, requests, bytes_out, records, actions, last_at)
    JOIN sessions s ON s.tenant_id = $1 AND s.id = t.session_id
    -- Sessions are locked before their counts, by every statement alike.
    WHERE (SELECT count(*) FROM moved) >= 0
    ORDER BY s.id
    ON CONFLICT (tenant_id, session_id) DO UPDATE SET
      requests = LEAST(a.requests + excluded.requests, ${most}), bytes_out = LEAST(a.bytes_out + excluded.bytes_out, ${most}),
      records = LEAST(a.records + excluded.records, ${most}), actions = LEAST(a.actions + excluded.actions, ${most}),
      last_at = GREATEST(a.last_at, excluded.last_at)
    RETURNING a.session_id
  ), noted AS (
    INSERT INTO activity_events (tenant_id, service_id, session_id, at, route_class, method, status, is_passive, requests,
      bytes_out, records, actions, sampled, expires_at)
    SELECT $1, $15, e.session_id, e.at, e.route_class, e.method, e.status, e.is_passive, e.requests, e.bytes_out, e.records,
      e.actions, $16, $17
    FROM unnest($18::uuid[], $19::timestamptz[], $20::text[], $21::text[], $22::text[], $23::boolean[], $24::bigint[],
        $25::bigint[], $26::bigint[], $27::jsonb[])
      AS e (session_id, at, route_class, method, status, is_passive, requests, bytes_out, records, actions)
    JOIN counted c ON c.session_id = e.session_id
  )
  SELECT EXISTS (SELECT FROM first) AS is_first, NOT EXISTS (SELECT FROM current) AS is_outdated, (SELECT array_agg(session_id) FROM counted) AS known,
    (SELECT count(*) FROM moved) AS moved`;

/** Count what a service reported, once for each batch. */
export async function recordActivity(pool: Pool, work: ActivityWork): Promise<ActivityWritten> {
  const { rows } = await retryingConflicts(() =>
    pool.query<{ is_first: boolean; is_outdated: boolean; known: SessionId[] | null; moved: number }>({
      name: 'record-activity',
      text,
      values: [...valuesOfBatch(work), ...valuesOfTotals(work), ...valuesOfEvents(work), work.policyVersion],
    }),
  );
  const [row] = rows;
  return {
    isFirst: row?.is_first ?? false,
    isOutdated: row?.is_outdated ?? false,
    known: new Set(row?.known),
    moved: row?.moved ?? 0,
  };
}

function valuesOfBatch({ tenant, mark, now, moves }: ActivityWork): unknown[] {
  return [
    tenant,
    mark.use,
    mark.hash,
    timestamp(mark.expiresAt),
    timestamp(now),
    moves.map(({ id }) => id),
    moves.map(({ lastActiveAt }) => timestamp(lastActiveAt)),
    moves.map(({ idleExpiresAt }) => timestamp(idleExpiresAt)),
  ];
}

function valuesOfTotals({ totals }: ActivityWork): unknown[] {
  return [
    totals.map(({ sessionId }) => sessionId),
    totals.map(({ requests }) => requests),
    totals.map(({ bytesOut }) => bytesOut),
    totals.map(({ records }) => records),
    totals.map(({ actions }) => actions),
    totals.map(({ lastAt }) => timestamp(lastAt)),
  ];
}

function valuesOfEvents({ serviceId, sampled, eventsExpireAt, events }: ActivityWork): unknown[] {
  return [
    serviceId,
    sampled,
    timestamp(eventsExpireAt),
    events.map(({ sessionId }) => sessionId),
    events.map(({ at }) => timestamp(at)),
    events.map(({ routeClass }) => routeClass),
    events.map(({ method }) => method),
    events.map(({ status }) => status),
    events.map(({ isPassive }) => isPassive),
    events.map(({ requests }) => requests),
    events.map(({ bytesOut }) => bytesOut),
    events.map(({ records }) => records),
    events.map(({ actions }) => (actions.length === 0 ? null : JSON.stringify(actions))),
  ];
}
