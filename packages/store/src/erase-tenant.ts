import type { AuditEvent } from '@argus/core';
import { insertEvents } from './changes/audit.ts';
import { retryingConflicts } from './postgres/conflict.ts';
import type { Client, Pool } from './postgres/pool.ts';
import { inTransaction } from './postgres/transaction.ts';

/**
 * Every table that holds rows of tenants, each before those that it points to. A test compares this with the schema: a
 * table that is forgotten here would keep a tenant from being erased.
 */
export const tenantTables = [
  'logout_deliveries',
  'upstream_sessions',
  'session_activity',
  'early_ends',
  'activity_events',
  'authorization_codes',
  'device_authorizations',
  'pushed_requests',
  'consents',
  'grants',
  'authentications',
  'sessions',
  'remembered_devices',
  'devices',
  'identities',
  'passkeys',
  'totps',
  'recovery_codes',
  'recovery_code_sets',
  'guesses',
  'password_tries',
  'sign_in_progress',
  'recoveries',
  'links',
  'invitations',
  'mails',
  'former_passwords',
  'passwords',
  'erasures',
  'users',
  'import_pieces',
  'import_refusals',
  'imports',
  'clients',
  'resources',
  'providers',
  'service_keys',
  'services',
  'policies',
  'marks',
  'ended_tokens',
  'signing_keys',
  'feed_pending',
  'feed_events',
  'feeds',
  'tenant_hosts',
  'tenant_domains',
  'audit_events',
] as const;

export interface Erasing {
  readonly tenant: string;
  /** Rows at most in one piece. */
  readonly limit: number;
  /** What stays of it, and in which tenant. */
  readonly epitaph: { readonly tenant: string; readonly event: AuditEvent };
}

/**
 * Delete a piece of a tenant that is being erased, in a transaction of its own, so that whoever stops in between goes on
 * where it was. The last piece takes the tenant itself and leaves the epitaph. Answers whether there is nothing left.
 */
export function eraseTenantPiece(pool: Pool, erasing: Erasing): Promise<boolean> {
  return retryingConflicts(() => inTransaction(pool, (client) => erasePiece(client, erasing)));
}

async function erasePiece(client: Client, { tenant, limit, epitaph }: Erasing): Promise<boolean> {
  // The trigger of the audit log lets rows of this tenant go, in this transaction and while the tenant is being erased.
  await client.query("SELECT set_config('argus.erasing', $1, true)", [tenant]);
  // Nobody writes anything of it while its last piece goes, and one node at a time takes a piece.
  const { rowCount: held } = await client.query(
    "SELECT FROM tenants WHERE id = $1 AND status = 'erasing' FOR UPDATE SKIP LOCKED",
    [tenant],
  );
  if (held === 0) return true;
  let left = limit;
  for (const table of tenantTables) {
    const { rowCount } = await client.query(
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE tenant_id = $1 LIMIT $2))`,
      [tenant, left],
    );
    left -= rowCount ?? 0;
    if (left <= 0) return false;
  }
  const { rowCount: gone } = await client.query('DELETE FROM tenants WHERE id = $1', [tenant]);
  if (gone) await insertEvents(client, epitaph.tenant, [epitaph.event]);
  return true;
}
