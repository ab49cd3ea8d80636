import type { TenantId } from '@argus/contract';
import type { AuthorizationCode, Device, Session, User } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { codeColumns, codeOf } from '../tables/oauth-rows.ts';
import {
  deviceColumns,
  deviceOf,
  type Row,
  sessionColumns,
  sessionOf,
  userColumns,
  userOf,
} from '../tables/rows.ts';

export interface CodeRecord {
  readonly code: AuthorizationCode;
  readonly session: Session;
  readonly user: User;
  readonly device: Device;
  readonly policyVersion: number;
}

/** Everything that bears on an authorization code, used or not. */
export async function codeFacts(
  pool: Pool,
  tenant: TenantId,
  codeHash: Uint8Array,
): Promise<CodeRecord | null> {
  const { rows } = await pool.query<Row>({
    name: 'code-facts',
    text: `
      SELECT t.policy_version, ${codeColumns}, ${sessionColumns}, ${userColumns}, ${deviceColumns}
      FROM authorization_codes c
      JOIN sessions s ON s.tenant_id = c.tenant_id AND s.id = c.session_id
      JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
      JOIN devices d ON d.tenant_id = s.tenant_id AND d.id = s.device_id
      JOIN tenants t ON t.id = c.tenant_id
      WHERE c.tenant_id = $1 AND c.code_hash = $2`,
    values: [tenant, codeHash],
  });
  const row = rows[0];
  if (!row) return null;
  return {
    code: codeOf(row),
    session: sessionOf(row),
    user: userOf(row),
    device: deviceOf(row),
    policyVersion: row.policy_version,
  };
}
