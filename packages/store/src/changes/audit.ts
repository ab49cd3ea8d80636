import type { AuditEvent } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';

/** Append one tenant's events. */
export function insertEvents(
  client: Pick<Pool, 'query'>,
  tenant: string,
  events: readonly AuditEvent[],
): Promise<void> {
  return insertOwnedEvents(
    client,
    events.map((event) => ({ tenant, event })),
  );
}

/** Append events of any tenants; the table refuses every other kind of write. */
export async function insertOwnedEvents(
  client: Pick<Pool, 'query'>,
  owned: readonly { readonly tenant: string; readonly event: AuditEvent }[],
): Promise<void> {
  if (owned.length === 0) return;
  const column = <T>(pick: (event: AuditEvent) => T) => owned.map(({ event }) => pick(event));
  await client.query({
    name: 'insert-audit-events',
    text: `
      INSERT INTO audit_events (tenant_id, id, at, type, actor, user_id, session_id, grant_id, device_id, reason, ip, user_agent, details)
      SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[],
        $9::uuid[], $10::text[], $11::inet[], $12::text[], $13::jsonb[])`,
    values: [
      owned.map(({ tenant }) => tenant),
      column((event) => event.id),
      column((event) => timestamp(event.at)),
      column((event) => event.type),
      column((event) => event.actor),
      column((event) => event.userId ?? null),
      column((event) => event.sessionId ?? null),
      column((event) => event.grantId ?? null),
      column((event) => event.deviceId ?? null),
      column((event) => event.reason ?? null),
      column((event) => event.origin?.ip ?? null),
      column((event) => event.origin?.userAgent ?? null),
      column((event) => JSON.stringify(event.details ?? {})),
    ],
  });
}
