import type { Instant, TenantId, Told } from '@argus/contract';
import type { AuditEvent } from '@argus/core';
import { insertEvents } from '../changes/audit.ts';
import { tellEveryFeed } from '../changes/tell.ts';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { inTransaction } from '../postgres/transaction.ts';
import type { Row } from '../tables/rows.ts';

/** A signing key as it lies in the database: its secret sealed, its life in the open. */
export interface StoredKey {
  readonly kid: string;
  readonly use: 'access' | 'refresh' | 'service';
  readonly algorithm: string;
  readonly publishedAt: Instant;
  readonly signsFromAt: Instant;
  readonly signsUntilAt: Instant | null;
  readonly removeAfterAt: Instant | null;
  readonly sealed: Uint8Array;
}

export interface KeyChanges {
  readonly create: readonly StoredKey[];
  readonly change: readonly {
    readonly kid: string;
    readonly signsUntilAt: Instant | null;
    readonly removeAfterAt: Instant | null;
  }[];
  readonly remove: readonly string[];
  readonly events: readonly AuditEvent[];
  /** What services are to hear of it. */
  readonly tells?: Told;
}

/**
 * Read a tenant's keys and let `plan` change them, under a lock: two nodes that start at once agree on one set.
 * Answers the keys as they are afterwards.
 */
export async function changeSigningKeys(
  pool: Pool,
  tenant: TenantId,
  plan: (keys: readonly StoredKey[]) => Promise<KeyChanges>,
): Promise<readonly StoredKey[]> {
  return await inTransaction(pool, async (client) => {
    await client.query('SELECT FROM tenants WHERE id = $1 FOR NO KEY UPDATE', [tenant]);
    const changes = await plan(await readKeys(client, tenant));
    for (const key of changes.create) await insertKey(client, tenant, key);
    for (const key of changes.change) {
      await client.query(
        'UPDATE signing_keys SET signs_until_at = $3, remove_after_at = $4 WHERE tenant_id = $1 AND kid = $2',
        [tenant, key.kid, timestamp(key.signsUntilAt), timestamp(key.removeAfterAt)],
      );
    }
    if (changes.remove.length > 0) {
      await client.query('DELETE FROM signing_keys WHERE tenant_id = $1 AND kid = ANY ($2)', [
        tenant,
        changes.remove,
      ]);
    }
    await insertEvents(client, tenant, changes.events);
    if (changes.tells) await tellEveryFeed(client, changes.tells);
    return await readKeys(client, tenant);
  });
}

/** A tenant's keys, oldest first. */
export async function readKeys(from: Pick<Pool, 'query'>, tenant: TenantId): Promise<readonly StoredKey[]> {
  const { rows } = await from.query<Row>(
    'SELECT * FROM signing_keys WHERE tenant_id = $1 ORDER BY published_at, kid',
    [tenant],
  );
  return rows.map((row) => ({
    kid: row.kid,
    use: row.use,
    algorithm: row.algorithm,
    publishedAt: row.published_at,
    signsFromAt: row.signs_from_at,
    signsUntilAt: row.signs_until_at,
    removeAfterAt: row.remove_after_at,
    sealed: row.sealed,
  }));
}

async function insertKey(client: Pick<Pool, 'query'>, tenant: TenantId, key: StoredKey): Promise<void> {
  await client.query(
    `INSERT INTO signing_keys (tenant_id, kid, use, algorithm, published_at, signs_from_at, signs_until_at, remove_after_at, sealed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tenant,
      key.kid,
      key.use,
      key.algorithm,
      timestamp(key.publishedAt),
      timestamp(key.signsFromAt),
      timestamp(key.signsUntilAt),
      timestamp(key.removeAfterAt),
      key.sealed,
    ],
  );
}
