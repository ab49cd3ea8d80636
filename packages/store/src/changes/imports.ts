import type { Change } from '@argus/core';
import { mostRefusedRows } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdTenant } from './hold-tenant.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// The tenant is held, or two imports could both be the last for which there is room.
export const createImport: Write<Of<'create-import'>> = ({ import: made, most, dueAt }) => ({
  first: holdTenant,
  name: 'create-import',
  text: `
    INSERT INTO imports (tenant_id, id, name, format, on_existing, gives_administration, state, started_by, asker_id, bytes,
      row_count, created_count, skipped_count, refused_count, created_at, due_at)
    SELECT t.id, $2, $3, $4, $5, $6, 'receiving', $7, $8, 0, 0, 0, 0, 0, $9, $10 FROM tenants t
    WHERE t.id = $1 AND t.status = 'active'
      AND $11 > (SELECT count(*) FROM imports i WHERE i.tenant_id = $1 AND i.ended_at IS NULL)
    ON CONFLICT DO NOTHING`,
  values: [
    made.id,
    made.name,
    made.format,
    made.onExisting,
    made.givesAdministration,
    made.startedBy,
    made.askerId,
    timestamp(made.createdAt),
    timestamp(dueAt),
    most,
  ],
  expects: 1,
});

export const receiveImport: Write<Of<'receive-import'>> = (change) => ({
  name: 'receive-import',
  text: `
    WITH moved AS (
      UPDATE imports SET bytes = bytes + $4, due_at = $8,
        state = CASE WHEN $6 THEN 'running' ELSE state END, began_at = CASE WHEN $6 THEN $9::timestamptz END
      WHERE tenant_id = $1 AND id = $2 AND state = 'receiving' AND bytes = $3 AND bytes + $4 <= $7
        AND asker_id IS NOT DISTINCT FROM $10::uuid
      RETURNING id
    ), kept AS (
      INSERT INTO import_pieces (tenant_id, import_id, begins_at, ends_at, sealed)
      SELECT $1, id, $3::bigint, $3::bigint + $4::bigint, $5 FROM moved WHERE $4::bigint > 0
    )
    SELECT id FROM moved`,
  values: [
    change.importId,
    change.offset,
    change.size,
    change.sealed,
    change.isLast,
    change.most,
    timestamp(change.dueAt),
    timestamp(change.at),
    change.askerId,
  ],
  expects: 1,
});

// Who counted rows that somebody else has dealt with in the meantime loses, and with it whatever came of those rows.
export const advanceImport: Write<Of<'advance-import'>> = (change) => ({
  name: 'advance-import',
  text: `
    WITH moved AS (
      UPDATE imports SET row_count = $4, created_count = $5, skipped_count = $6, refused_count = $7,
        read_bytes = $8::bigint, read_state = $9, moved_at = $10, due_at = CASE WHEN $12::text IS NULL THEN $11::timestamptz END,
        state = COALESCE($12, state), failure = $13, ended_at = CASE WHEN $12 IS NOT NULL THEN $10::timestamptz END
      WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND row_count = $3
      RETURNING id
    ), read AS (
      DELETE FROM import_pieces p USING moved WHERE p.tenant_id = $1 AND p.import_id = moved.id AND p.ends_at <= $8::bigint
    ), refused AS (
      INSERT INTO import_refusals (tenant_id, import_id, row_number, path, reason)
      SELECT $1, moved.id, r."row", r.path, r.reason
      FROM moved, jsonb_to_recordset($14) AS r("row" bigint, path text, reason text)
    )
    SELECT id FROM moved`,
  values: [
    change.importId,
    change.from,
    change.to.rows,
    change.to.created,
    change.to.skipped,
    change.to.refused,
    change.place?.offset ?? null,
    JSON.stringify(change.place?.state ?? null),
    timestamp(change.at),
    timestamp(change.dueAt),
    change.end?.state ?? null,
    change.end?.failure ?? null,
    JSON.stringify(roomFor(change)),
  ],
  expects: 1,
});

/** As many of them as are kept. */
function roomFor({ refused, to }: Of<'advance-import'>): Of<'advance-import'>['refused'] {
  return refused.slice(0, Math.max(0, mostRefusedRows - (to.refused - refused.length)));
}

export const endImport: Write<Of<'end-import'>> = ({ importId, state, failure, at }) => ({
  name: 'end-import',
  text: `UPDATE imports SET state = $3, failure = $4, ended_at = $5, due_at = NULL
    WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL`,
  values: [importId, state, failure, timestamp(at)],
  expects: 1,
});
