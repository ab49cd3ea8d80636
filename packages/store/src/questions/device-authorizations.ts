import type { TenantId } from '@argus/contract';
import type { DeviceAuthorization, DevicePollFacts } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { deviceAuthorizationOf } from '../tables/oauth-rows.ts';
import { type Row, sessionColumns, sessionOf, standingColumns, userOf } from '../tables/rows.ts';

/** What a device waits for, by the code that it polls with (RFC 8628 §3.4), and whoever decided, as they are now. */
export async function deviceAuthorizationByDeviceCode(
  pool: Pool,
  tenant: TenantId,
  deviceCodeHash: Uint8Array,
): Promise<DevicePollFacts | null> {
  const { rows } = await pool.query<Row>({
    name: 'device-authorization-by-device-code',
    text: `
      SELECT a.*, ${sessionColumns}, ${standingColumns} FROM device_authorizations a
      LEFT JOIN sessions s ON s.tenant_id = a.tenant_id AND s.id = a.session_id
      LEFT JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
      LEFT JOIN tenants t ON t.id = u.tenant_id
      WHERE a.tenant_id = $1 AND a.device_code_hash = $2`,
    values: [tenant, deviceCodeHash],
  });
  const row = rows[0];
  if (!row) return null;
  const approval = row.s_id ? { session: sessionOf(row), user: userOf(row) } : null;
  return { authorization: deviceAuthorizationOf(row), approval };
}

/** What a device waits for, by the code that its person types (RFC 8628 §3.3). */
export async function deviceAuthorizationByUserCode(
  pool: Pool,
  tenant: TenantId,
  userCodeHash: Uint8Array,
): Promise<DeviceAuthorization | null> {
  const { rows } = await pool.query<Row>({
    name: 'device-authorization-by-user-code',
    text: 'SELECT * FROM device_authorizations WHERE tenant_id = $1 AND user_code_hash = $2',
    values: [tenant, userCodeHash],
  });
  return rows[0] ? deviceAuthorizationOf(rows[0]) : null;
}
