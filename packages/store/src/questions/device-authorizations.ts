import type { TenantId } from '@argus/contract';
import type { DeviceAuthorization } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { deviceAuthorizationOf } from '../tables/oauth-rows.ts';
import type { Row } from '../tables/rows.ts';

/** What a device waits for, by the code that it polls with (RFC 8628 §3.4). */
export async function deviceAuthorizationByDeviceCode(
  pool: Pool,
  tenant: TenantId,
  deviceCodeHash: Uint8Array,
): Promise<DeviceAuthorization | null> {
  const { rows } = await pool.query<Row>({
    name: 'device-authorization-by-device-code',
    text: 'SELECT * FROM device_authorizations WHERE tenant_id = $1 AND device_code_hash = $2',
    values: [tenant, deviceCodeHash],
  });
  return rows[0] ? deviceAuthorizationOf(rows[0]) : null;
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
