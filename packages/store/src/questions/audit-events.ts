import type { AuditEventType, SessionId, TenantId, UserId } from '@argus/contract';
import type { AuditEvent } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';
import { idCursor, type Page, type PageRequest, pageOf } from './page.ts';

export interface AuditFilter extends PageRequest {
  readonly userId?: UserId | undefined;
  readonly sessionId?: SessionId | undefined;
  readonly type?: AuditEventType | undefined;
  /** Leaves out what applications and Argus do by themselves: what a person wants to see. */
  readonly notable?: boolean;
}

/** The first condition is that of the index, which without it would not be used. */
const notable =
  "type <> 'session.refreshed' AND type NOT IN ('token.exchanged', 'grant.began', 'grant.ended', 'logout.delivered', 'logout.failed', 'mail.sent')";

/** Audit events of a tenant, newest first. */
export async function auditEvents(
  pool: Pool,
  tenant: TenantId,
  filter: AuditFilter,
): Promise<Page<AuditEvent>> {
  const values: unknown[] = [tenant, filter.limit + 1];
  const conditions = ['tenant_id = $1'];
  const add = (condition: string, value: unknown) => {
    values.push(value);
    conditions.push(condition.replace('?', `$${values.length}`));
  };
  if (filter.userId) add('user_id = ?', filter.userId);
  if (filter.sessionId) add('session_id = ?', filter.sessionId);
  if (filter.type) add('type = ?', filter.type);
  if (filter.notable) conditions.push(notable);
  const cursor = idCursor(filter.cursor);
  if (cursor) add('id < ?', cursor);
  const { rows } = await pool.query<Row>({
    text: `SELECT * FROM audit_events WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT $2`,
    values,
  });
  return pageOf(rows, filter.limit, { item: eventOf, cursor: (row) => row.id });
}

function eventOf(row: Row): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    type: row.type,
    actor: row.actor,
    userId: row.user_id ?? undefined,
    sessionId: row.session_id ?? undefined,
    grantId: row.grant_id ?? undefined,
    deviceId: row.device_id ?? undefined,
    reason: row.reason ?? undefined,
    origin: { ip: row.ip, userAgent: row.user_agent },
    details: row.details,
  };
}
