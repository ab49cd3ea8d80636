import type { TenantId, UserId } from '@argus/contract';
import type { Device, Enrolled, User } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { enrolledColumns, enrolledOf } from '../tables/authenticator-rows.ts';
import { deviceColumns, deviceOf, type Row, standingColumns, userOf } from '../tables/rows.ts';

export interface SignInRecord {
  readonly user: User;
  /** PHC string of the password, null when the user has none. */
  readonly phc: string | null;
  /** The device of this secret, when this user was seen on it before. */
  readonly device: Device | null;
  readonly enrolled: Enrolled;
}

const byEmail = questionBy('u.email = $3');
const byId = questionBy('u.id = $3::uuid');

/** The user of an address with password and device; the same statement whether the user exists or not. */
export async function signInFacts(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly email: string; readonly secretHash: Uint8Array | null },
): Promise<SignInRecord | null> {
  return one(pool, { name: 'sign-in-facts', text: byEmail, values: [tenant, ask.secretHash, ask.email] });
}

/** The same for a user who is known by id. */
export async function userFacts(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly userId: UserId; readonly secretHash: Uint8Array | null },
): Promise<SignInRecord | null> {
  return one(pool, { name: 'user-facts', text: byId, values: [tenant, ask.secretHash, ask.userId] });
}

async function one(
  pool: Pool,
  query: { name: string; text: string; values: unknown[] },
): Promise<SignInRecord | null> {
  const { rows } = await pool.query<Row>(query);
  const row = rows[0];
  if (!row) return null;
  return {
    user: userOf(row),
    phc: row.phc,
    device: row.d_id ? deviceOf(row) : null,
    enrolled: enrolledOf(row),
  };
}

function questionBy(condition: string): string {
  return `
    SELECT ${standingColumns}, p.phc, ${deviceColumns}, ${enrolledColumns}
    FROM users u JOIN tenants t ON t.id = u.tenant_id
    LEFT JOIN passwords p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
    LEFT JOIN devices d ON d.tenant_id = u.tenant_id AND d.user_id = u.id AND d.secret_hash = $2::bytea
    WHERE u.tenant_id = $1 AND ${condition}`;
}
