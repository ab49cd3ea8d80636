import type { Instant, SessionId, TenantId } from '@argus/contract';
import { type Pool, timestamp } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';

export interface ExpiredSession {
  readonly tenant: TenantId;
  readonly sessionId: SessionId;
  readonly isAbsolute: boolean;
}

/** A place in the order of all live sessions. */
export interface SweepPlace {
  readonly tenant: string;
  readonly sessionId: string;
}

export interface Swept {
  readonly expired: readonly ExpiredSession[];
  /** Where the next look begins; null when every live session was seen. */
  readonly next: SweepPlace | null;
}

const nil = '00000000-0000-0000-0000-000000000000';

/**
 * Look at the next `width` live sessions and name those whose limits have passed. An index on the limits would find
 * them at once, but would also have to be written at every refresh; walking costs the same however many there are.
 */
export async function sweepSessions(
  pool: Pool,
  ask: { readonly now: Instant; readonly after: SweepPlace | null; readonly width: number },
): Promise<Swept> {
  const { rows } = await pool.query<Row>({
    name: 'sweep-sessions',
    text: `
      WITH seen AS (
        SELECT tenant_id, id, idle_expires_at, absolute_expires_at FROM sessions
        WHERE state = 'active' AND (tenant_id, id) > ($2, $3::uuid) ORDER BY tenant_id, id LIMIT $4
      ), last AS (
        SELECT tenant_id, id FROM seen ORDER BY tenant_id DESC, id DESC LIMIT 1
      )
      SELECT last.tenant_id AS last_tenant_id, last.id AS last_id, (SELECT count(*) FROM seen) AS width,
        seen.tenant_id, seen.id, seen.absolute_expires_at <= $1 AS is_absolute
      FROM last LEFT JOIN seen ON seen.idle_expires_at <= $1`,
    values: [timestamp(ask.now), ask.after?.tenant ?? '', ask.after?.sessionId ?? nil, ask.width],
  });
  const [first] = rows;
  return {
    expired: rows.filter((row) => row.id !== null).map(expiredOf),
    next:
      first && first.width === ask.width ? { tenant: first.last_tenant_id, sessionId: first.last_id } : null,
  };
}

function expiredOf(row: Row): ExpiredSession {
  return { tenant: row.tenant_id, sessionId: row.id, isAbsolute: row.is_absolute };
}
