import type { LiveSession } from '@argus/core';
import type { Row } from './rows.ts';

/**
 * What makes room for a sign-in of user $2 at $3, without session $4. However many they are, all of them count: a limit
 * that looked at some could be passed.
 */
export const liveSessionsText = `
  SELECT s.id, s.device_class, s.created_at, s.last_active_at, s.acr, s.risk_level,
    d.first_seen_at < s.created_at AS is_device_known,
    EXISTS (SELECT FROM remembered_devices r
      WHERE r.tenant_id = s.tenant_id AND r.device_id = s.device_id AND r.expires_at > $3) AS is_device_remembered
  FROM sessions s JOIN devices d ON d.tenant_id = s.tenant_id AND d.id = s.device_id
  WHERE s.tenant_id = $1 AND s.user_id = $2 AND s.state = 'active' AND s.idle_expires_at > $3
    AND ($4::uuid IS NULL OR s.id <> $4)`;

export function liveSessionOf(row: Row): LiveSession {
  return {
    id: row.id,
    deviceClass: row.device_class,
    createdAt: row.created_at,
    lastActiveAt: row.last_active_at,
    acr: row.acr,
    riskLevel: row.risk_level,
    isDeviceKnown: row.is_device_known,
    isDeviceRemembered: row.is_device_remembered,
  };
}
