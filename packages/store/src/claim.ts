import type { Mark } from '@argus/core';
import { type Batcher, createBatcher } from './postgres/batch.ts';
import { type Pool, timestamp } from './postgres/pool.ts';

/** One thing that may be used once, and whose it is. */
export interface Claim {
  readonly tenant: string;
  readonly mark: Mark;
}

/**
 * `claim-mark` for as many as come at once: it precedes every request that shows a proof of possession or a client's
 * assertion. In the order of their keys, so that two statements that hold marks in common cannot wait for each other.
 */
const text = `
  INSERT INTO marks (tenant_id, use, hash, expires_at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::timestamptz[]) AS a (tenant_id, use, hash, expires_at)
  ORDER BY tenant_id, use, hash
  ON CONFLICT (tenant_id, use, hash) DO NOTHING
  RETURNING tenant_id, use, hash`;

/** Claims as they come: whether each was the first. Two of one mark never share a statement, or both would seem it. */
export function claims(pool: Pool): Batcher<Claim, boolean> {
  return createBatcher<Claim, boolean>({
    size: 64,
    lanes: 2,
    waiting: 10_000,
    keyOf,
    run: (asked) => run(pool, asked),
  });
}

async function run(pool: Pool, asked: readonly Claim[]): Promise<boolean[]> {
  const { rows } = await pool.query<{ tenant_id: string; use: Mark['use']; hash: Uint8Array }>({
    name: 'claim-marks',
    text,
    values: [
      asked.map(({ tenant }) => tenant),
      asked.map(({ mark }) => mark.use),
      asked.map(({ mark }) => mark.hash),
      asked.map(({ mark }) => timestamp(mark.expiresAt)),
    ],
  });
  const first = new Set(
    rows.map(({ tenant_id: tenant, use, hash }) => keyOf({ tenant, mark: { use, hash } })),
  );
  return asked.map((claim) => first.has(keyOf(claim)));
}

function keyOf({
  tenant,
  mark,
}: {
  readonly tenant: string;
  readonly mark: Pick<Mark, 'use' | 'hash'>;
}): string {
  return `${tenant}/${mark.use}/${Buffer.from(mark.hash).toString('base64')}`;
}
