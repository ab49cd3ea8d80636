import type { GrantId, TenantId } from '@argus/contract';
import type { RefreshFacts } from '@argus/core';
import { type Batcher, createBatcher } from '../postgres/batch.ts';
import type { Pool } from '../postgres/pool.ts';
import {
  deviceColumns,
  deviceOf,
  grantColumns,
  grantOf,
  type Row,
  sessionColumns,
  sessionOf,
  standingColumns,
  userOf,
} from '../tables/rows.ts';

export interface GrantName {
  readonly tenant: TenantId;
  readonly grantId: GrantId;
}

const text = `
  SELECT a.place, t.policy_version, ${grantColumns}, ${sessionColumns}, ${standingColumns}, ${deviceColumns}
  FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS a (tenant_id, grant_id, place)
  JOIN grants g ON g.tenant_id = a.tenant_id AND g.id = a.grant_id
  JOIN sessions s ON s.tenant_id = g.tenant_id AND s.id = g.session_id
  JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
  JOIN devices d ON d.tenant_id = s.tenant_id AND d.id = s.device_id
  JOIN tenants t ON t.id = a.tenant_id`;

/** Everything that bears on a grant, in one question; questions asked at once are answered together. */
export function refreshFactsQuestion(pool: Pool): Batcher<GrantName, RefreshFacts | null> {
  let asked = 0;
  return createBatcher({
    size: 32,
    lanes: 2,
    waiting: 10_000,
    // Reading twice at once is harmless, so every question is its own key.
    keyOf: () => String(asked++),
    run: (names) => ask(pool, names),
  });
}

async function ask(pool: Pool, names: readonly GrantName[]): Promise<(RefreshFacts | null)[]> {
  const { rows } = await pool.query<Row>({
    name: 'refresh-facts',
    text,
    values: [names.map((name) => name.tenant), names.map((name) => name.grantId)],
  });
  const answers: (RefreshFacts | null)[] = names.map(() => null);
  for (const row of rows) answers[row.place - 1] = factsOf(row);
  return answers;
}

function factsOf(row: Row): RefreshFacts {
  return {
    grant: grantOf(row),
    session: sessionOf(row),
    user: userOf(row),
    device: deviceOf(row),
    policyVersion: row.policy_version,
  };
}
