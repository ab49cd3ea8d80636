import type { Instant, TenantId } from '@argus/contract';
import type { Import, RefusedRow } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { importOf } from '../tables/import-rows.ts';
import type { Row } from '../tables/rows.ts';
import { idCursor, numberCursor, type Page, type PageRequest, pageOf } from './page.ts';

/** Imports of a tenant, the newest first. */
export async function importsOfTenant(pool: Pool, tenant: TenantId, ask: PageRequest): Promise<Page<Import>> {
  const { rows } = await pool.query<Row>({
    text: `
      SELECT * FROM imports WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    values: [tenant, idCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: importOf, cursor: (row) => row.id });
}

export async function importById(pool: Pool, tenant: TenantId, id: string): Promise<Import | null> {
  const { rows } = await pool.query<Row>({
    name: 'import-by-id',
    text: 'SELECT * FROM imports WHERE tenant_id = $1 AND id = $2',
    values: [tenant, id],
  });
  return rows[0] ? importOf(rows[0]) : null;
}

/** Rows of an import that made no account, in the order of the file. */
export async function refusedRows(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest & { readonly importId: string },
): Promise<Page<RefusedRow>> {
  const { rows } = await pool.query<Row>({
    text: `
      SELECT row_number, path, reason FROM import_refusals
      WHERE tenant_id = $1 AND import_id = $2 AND ($3::bigint IS NULL OR row_number > $3) ORDER BY row_number LIMIT $4`,
    values: [tenant, ask.importId, numberCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, {
    item: ({ row_number: row, path, reason }) => ({ row, path, reason }),
    cursor: (row) => String(row.row_number),
  });
}

/** Part of a file as it was kept. */
export interface ImportPiece {
  readonly beginsAt: number;
  readonly endsAt: number;
  readonly sealed: Uint8Array;
}

/** The piece in which a byte lies; null behind the last. */
export async function importPiece(
  pool: Pool,
  tenant: TenantId,
  { importId, offset }: { readonly importId: string; readonly offset: number },
): Promise<ImportPiece | null> {
  const { rows } = await pool.query<Row>({
    name: 'import-piece',
    text: `
      SELECT begins_at, ends_at, sealed FROM import_pieces
      WHERE tenant_id = $1 AND import_id = $2 AND begins_at <= $3 AND ends_at > $3`,
    values: [tenant, importId, offset],
  });
  return rows[0] ? { beginsAt: rows[0].begins_at, endsAt: rows[0].ends_at, sealed: rows[0].sealed } : null;
}

export interface Taken {
  /** Addresses that have an account, or whose owner may take them back. */
  readonly emails: ReadonlySet<string>;
  /** Credentials that somebody has, in hexadecimal. */
  readonly credentials: ReadonlySet<string>;
}

/** What is taken already of what newcomers would bring. */
export async function takenByOthers(
  pool: Pool,
  tenant: TenantId,
  ask: {
    readonly emails: readonly string[];
    readonly credentialIds: readonly Uint8Array[];
    readonly now: Instant;
  },
): Promise<Taken> {
  const { rows } = await pool.query<{ emails: string[] | null; credentials: string[] | null }>({
    name: 'taken-by-others',
    text: `
      SELECT
        (SELECT array_agg(e.email) FROM unnest($2::text[]) AS e(email)
         WHERE EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.email = e.email)
           OR EXISTS (
             SELECT FROM links l WHERE l.tenant_id = $1 AND l.details ->> 'previousEmail' = e.email
               AND l.consumed_at IS NULL AND l.expires_at > $4)) AS emails,
        (SELECT array_agg(encode(k.credential_id, 'hex')) FROM passkeys k
         WHERE k.tenant_id = $1 AND k.credential_id = ANY ($3::bytea[])) AS credentials`,
    values: [tenant, ask.emails, ask.credentialIds, timestamp(ask.now)],
  });
  return { emails: new Set(rows[0]?.emails), credentials: new Set(rows[0]?.credentials) };
}

/**
 * Take one that is due, of all tenants: of those that run, or that arrive no more. Two that ask at once never get the
 * same, and what one has taken is not due until its lease is over.
 */
export async function takeImport(
  pool: Pool,
  { now, leaseMs }: { readonly now: Instant; readonly leaseMs: number },
): Promise<Import | null> {
  const { rows } = await pool.query<Row>({
    name: 'take-import',
    text: `
      UPDATE imports i SET due_at = $2 FROM (
        SELECT tenant_id, id FROM imports WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) due
      WHERE i.tenant_id = due.tenant_id AND i.id = due.id
      RETURNING i.*`,
    values: [timestamp(now), timestamp(now + leaseMs)],
  });
  return rows[0] ? importOf(rows[0]) : null;
}

/** Ended ones keep nothing of their file, and after a while nothing at all. Answers how many rows went. */
export async function forgetImports(
  pool: Pool,
  { endedBefore, limit }: { readonly endedBefore: Instant; readonly limit: number },
): Promise<number> {
  const pieces = await pool.query({
    name: 'forget-import-pieces',
    text: `
      DELETE FROM import_pieces WHERE ctid = ANY (ARRAY(
        SELECT p.ctid FROM imports i JOIN import_pieces p ON p.tenant_id = i.tenant_id AND p.import_id = i.id
        WHERE i.ended_at IS NOT NULL LIMIT $1))`,
    values: [limit],
  });
  const refusals = await pool.query({
    name: 'forget-import-refusals',
    text: `
      DELETE FROM import_refusals WHERE ctid = ANY (ARRAY(
        SELECT r.ctid FROM imports i JOIN import_refusals r ON r.tenant_id = i.tenant_id AND r.import_id = i.id
        WHERE i.ended_at < $1 LIMIT $2))`,
    values: [timestamp(endedBefore), limit],
  });
  const imports = await pool.query({
    name: 'forget-imports',
    text: `
      DELETE FROM imports i WHERE i.ended_at < $1
        AND NOT EXISTS (SELECT FROM import_pieces p WHERE p.tenant_id = i.tenant_id AND p.import_id = i.id)
        AND NOT EXISTS (SELECT FROM import_refusals r WHERE r.tenant_id = i.tenant_id AND r.import_id = i.id)`,
    values: [timestamp(endedBefore)],
  });
  return [pieces, refusals, imports].reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0);
}
