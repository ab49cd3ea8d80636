import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// User codes are short, so one may be taken: the commit is lost, and another is made up.
export const createDeviceAuthorization: Write<Of<'create-device-authorization'>> = ({ authorization }) => ({
  name: 'create-device-authorization',
  text: `
    INSERT INTO device_authorizations (tenant_id, device_code_hash, user_code_hash, client_id, scope, resources, state,
      grant_id, ip, user_agent, created_at, expires_at, interval_seconds)
    VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10, $11, $12)
    ON CONFLICT (tenant_id, user_code_hash) DO NOTHING`,
  values: [
    authorization.deviceCodeHash,
    authorization.userCodeHash,
    authorization.clientId,
    authorization.scope,
    authorization.resources,
    authorization.grantId,
    authorization.ip,
    authorization.userAgent,
    timestamp(authorization.createdAt),
    timestamp(authorization.expiresAt),
    authorization.intervalSeconds,
  ],
  expects: 1,
});

export const decideDeviceAuthorization: Write<Of<'decide-device-authorization'>> = (change) => ({
  name: 'decide-device-authorization',
  text: `
    UPDATE device_authorizations d SET state = $3, user_id = s.user_id, session_id = s.id
    FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id JOIN tenants t ON t.id = s.tenant_id
    WHERE d.tenant_id = $1 AND d.user_code_hash = $2 AND d.state = 'pending' AND d.expires_at > $6
      AND s.tenant_id = $1 AND s.id = $5 AND s.user_id = $4
      AND ($3 = 'denied' OR s.state = 'active' AND u.status = 'active' AND t.status = 'active')`,
  values: [change.userCodeHash, change.decision, change.userId, change.sessionId, timestamp(change.at)],
  expects: 1,
});

export const pollDeviceAuthorization: Write<Of<'poll-device-authorization'>> = (change) => ({
  name: 'poll-device-authorization',
  text: `UPDATE device_authorizations SET polled_at = $4, interval_seconds = $5
    WHERE tenant_id = $1 AND device_code_hash = $2 AND polled_at IS NOT DISTINCT FROM $3::timestamptz`,
  values: [
    change.deviceCodeHash,
    timestamp(change.expectedPolledAt),
    timestamp(change.at),
    change.intervalSeconds,
  ],
  expects: 1,
});

// The client is held first: see the order of locks in `clients.ts`. The row is found by its key alone, for a planner
// without statistics would rather walk all that the client has; what is not distinct is in no index.
export const useDeviceAuthorization: Write<Of<'use-device-authorization'>> = (change) => ({
  name: 'use-device-authorization',
  text: `
    WITH client AS MATERIALIZED (
      SELECT id FROM clients WHERE tenant_id = $1 AND id = $3 AND status = 'active' FOR SHARE
    )
    UPDATE device_authorizations d SET state = 'consumed' FROM client
    WHERE d.tenant_id = $1 AND d.device_code_hash = $2 AND d.client_id IS NOT DISTINCT FROM client.id
      AND d.state = 'approved' AND d.expires_at > $4`,
  values: [change.deviceCodeHash, change.clientId, timestamp(change.at)],
  expects: 1,
});
