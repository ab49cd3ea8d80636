import type { TenantId } from '@argus/contract';
import type { AuthorizationCode, Session, User } from '@argus/core';
import { type Batcher, createBatcher } from '../postgres/batch.ts';
import type { Pool } from '../postgres/pool.ts';
import { codeColumns, codeOf } from '../tables/oauth-rows.ts';
import { type Row, sessionColumns, sessionOf, standingColumns, userOf } from '../tables/rows.ts';

export interface CodeName {
  readonly tenant: TenantId;
  readonly codeHash: Uint8Array;
}

export interface CodeRecord {
  readonly code: AuthorizationCode;
  readonly session: Session;
  readonly user: User;
}

const text = `
  SELECT a.place, ${codeColumns}, ${sessionColumns}, ${standingColumns}
  FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS a (tenant_id, code_hash, place)
  JOIN authorization_codes c ON c.tenant_id = a.tenant_id AND c.code_hash = a.code_hash
  JOIN sessions s ON s.tenant_id = c.tenant_id AND s.id = c.session_id
  JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
  JOIN tenants t ON t.id = s.tenant_id`;

/** Everything that bears on an authorization code, used or not; questions asked at once are answered together. */
export function codeFactsQuestion(pool: Pool): Batcher<CodeName, CodeRecord | null> {
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

async function ask(pool: Pool, names: readonly CodeName[]): Promise<(CodeRecord | null)[]> {
  const { rows } = await pool.query<Row>({
    name: 'code-facts',
    text,
    values: [names.map((name) => name.tenant), names.map((name) => name.codeHash)],
  });
  const answers: (CodeRecord | null)[] = names.map(() => null);
  for (const row of rows) answers[row.place - 1] = recordOf(row);
  return answers;
}

function recordOf(row: Row): CodeRecord {
  return {
    code: codeOf(row),
    session: sessionOf(row),
    user: userOf(row),
  };
}
