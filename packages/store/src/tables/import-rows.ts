import type { Import } from '@argus/core';
import type { Row } from './rows.ts';

export function importOf(row: Row): Import {
  return {
    id: row.id,
    tenant: row.tenant_id,
    name: row.name,
    format: row.format,
    onExisting: row.on_existing,
    givesAdministration: row.gives_administration,
    state: row.state,
    startedBy: row.started_by,
    askerId: row.asker_id,
    bytes: row.bytes,
    place: row.read_bytes === null ? null : { offset: row.read_bytes, state: row.read_state },
    counts: {
      rows: row.row_count,
      created: row.created_count,
      skipped: row.skipped_count,
      refused: row.refused_count,
    },
    failure: row.failure,
    createdAt: row.created_at,
    beganAt: row.began_at,
    movedAt: row.moved_at,
    endedAt: row.ended_at,
  };
}
