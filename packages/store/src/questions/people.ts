import type { TenantId, UserId } from '@argus/contract';
import type { Passkey, Totp, User } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { passkeyOf, totpOf } from '../tables/authenticator-rows.ts';
import { columnsOf, type Row, userColumns, userOf } from '../tables/rows.ts';
import { idCursor, type Page, type PageRequest, pageOf } from './page.ts';

/** Somebody with all that proves who they are, as another system could take them over. */
export interface WholePerson {
  readonly user: User;
  readonly phc: string | null;
  readonly totp: Totp | null;
  readonly passkeys: readonly Passkey[];
}

const totpColumns = [
  'id',
  'user_id',
  'sealed_secret',
  'offset_steps',
  'last_step',
  'name',
  'created_at',
  'last_used_at',
];

/** People of a tenant in order of their ids, whole. */
export async function wholePeople(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest,
): Promise<Page<WholePerson>> {
  const { rows } = await pool.query<Row>({
    text: `
      SELECT ${userColumns}, p.phc, ${columnsOf('t', totpColumns)}
      FROM users u
      LEFT JOIN passwords p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
      LEFT JOIN totps t ON t.tenant_id = u.tenant_id AND t.user_id = u.id
      WHERE u.tenant_id = $1 AND ($2::uuid IS NULL OR u.id > $2) ORDER BY u.id LIMIT $3`,
    values: [tenant, idCursor(ask.cursor), ask.limit + 1],
  });
  const passkeys = await passkeysOf(
    pool,
    tenant,
    rows.map((row) => row.u_id),
  );
  return pageOf(rows, ask.limit, {
    item: (row) => ({
      user: userOf(row),
      phc: row.phc,
      totp: row.t_id === null ? null : totpOf(unprefixed(row)),
      passkeys: passkeys.get(row.u_id) ?? [],
    }),
    cursor: (row) => row.u_id,
  });
}

async function passkeysOf(
  pool: Pool,
  tenant: TenantId,
  userIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, readonly Passkey[]>> {
  const { rows } = await pool.query<Row>({
    name: 'passkeys-of-many',
    text: 'SELECT * FROM passkeys WHERE tenant_id = $1 AND user_id = ANY ($2::uuid[]) ORDER BY created_at, id',
    values: [tenant, userIds],
  });
  return Map.groupBy(rows.map(passkeyOf), ({ userId }) => userId);
}

function unprefixed(row: Row): Row {
  return Object.fromEntries(totpColumns.map((name) => [name, row[`t_${name}`]]));
}
