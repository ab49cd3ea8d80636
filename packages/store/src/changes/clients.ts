import type { Told } from '@argus/contract';
import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { endedGrants } from './grants.ts';
import { holdTenant } from './hold-tenant.ts';
import type { Statement, Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// A client comes before users in the order of locks. Whatever makes a grant of it out of a code holds it, so that who
// disables or removes it, or ends what it holds, waits for that grant and finds it.

/** Of two changes in one millisecond the second must not be taken for the first. */
const nextChange = (at: string) => `GREATEST(${at}::timestamptz, changed_at + interval '1 millisecond')`;

// No key is named: two of one id may meet at either, and an insert that names one fails at the other.
export const createClient: Write<Of<'create-client'>> = ({ client, fewerRegisteredThan }) => ({
  ...(fewerRegisteredThan === undefined ? { name: 'create-client' } : countedRegistration),
  text: `INSERT INTO clients (tenant_id, id, status, settings, secret_hash, own_grant_id, source, created_at, changed_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 ${fewerRegisteredThan === undefined ? '' : isFewer}
    ON CONFLICT DO NOTHING`,
  values: [
    client.id,
    client.status,
    JSON.stringify(client.settings),
    client.secretHash,
    client.ownGrantId,
    client.source,
    timestamp(client.createdAt),
    timestamp(client.changedAt),
    ...(fewerRegisteredThan === undefined ? [] : [fewerRegisteredThan]),
  ],
  expects: 1,
});

// One after the other, or two could both be the last for whom there is room.
const countedRegistration = {
  name: 'create-counted-client',
  first: holdTenant,
};
const isFewer = `WHERE (SELECT count(*) FROM clients WHERE tenant_id = $1 AND source = 'registration') < $10`;

// A client that becomes public loses its secret.
export const changeClient: Write<Of<'change-client'>> = (change) => ({
  name: 'change-client',
  text: `
    UPDATE clients SET settings = $3, changed_at = ${nextChange('$4')},
      secret_hash = CASE WHEN $3::jsonb ->> 'type' = 'confidential' THEN secret_hash END
    WHERE tenant_id = $1 AND id = $2 AND changed_at = $5`,
  values: [
    change.clientId,
    JSON.stringify(change.settings),
    timestamp(change.at),
    timestamp(change.expectedChangedAt),
  ],
  expects: 1,
});

export const setClientSecret: Write<Of<'set-client-secret'>> = (change) => ({
  name: 'set-client-secret',
  text: `UPDATE clients SET secret_hash = $3, changed_at = ${nextChange('$4')} WHERE tenant_id = $1 AND id = $2`,
  values: [change.clientId, change.secretHash, timestamp(change.at)],
  expects: 1,
});

export const setClientStatus: Write<Of<'set-client-status'>> = (change) => ({
  name: 'set-client-status',
  text: `UPDATE clients SET status = $3, changed_at = ${nextChange('$4')} WHERE tenant_id = $1 AND id = $2`,
  values: [change.clientId, change.status, timestamp(change.at)],
  expects: 1,
  tells: () => (change.status === 'disabled' ? [clientEnded(change.clientId)] : []),
});

export const removeClient: Write<Of<'remove-client'>> = ({ clientId, ifUnusedSince }) => ({
  ...(ifUnusedSince === undefined ? { name: 'remove-client' } : removalOfUnused(clientId)),
  text: `DELETE FROM clients c WHERE tenant_id = $1 AND id = $2 ${ifUnusedSince === undefined ? '' : `AND ${isUnused}`}`,
  values: [clientId, ...(ifUnusedSince === undefined ? [] : [timestamp(ifUnusedSince)])],
  expects: 1,
  tells: () => [clientEnded(clientId)],
});

function clientEnded(clientId: string): Told {
  return { type: 'client-ended', client_id: clientId };
}

// Whoever lets it in meanwhile holds its key until that is written: so it is seen, and the client stays.
const removalOfUnused = (clientId: string) => ({
  name: 'remove-unused-client',
  first: {
    name: 'hold-client-key',
    text: 'SELECT id FROM clients WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
    values: [clientId],
  },
});

/** Of a client `c` since `$3`: it is asked about each time, so a consent says when it was used last. */
const isUnused = `c.source = 'registration' AND c.created_at < $3
  AND NOT EXISTS (
    SELECT FROM consents n WHERE n.tenant_id = c.tenant_id AND n.client_id = c.id AND n.granted_at >= $3)
  AND NOT EXISTS (
    SELECT FROM grants g WHERE g.tenant_id = c.tenant_id AND g.client_id = c.id AND g.status = 'active' AND g.client_id <> 'argus')`;

/** No grant of this client can be born beside what follows, and what was being born is seen by it. */
const holdClient = (clientId: string): Statement => ({
  name: 'hold-client',
  text: 'SELECT id FROM clients WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
  values: [clientId],
});

// What could still become a grant goes with the grants. Sessions are locked before them, as everywhere.
export const endGrantsOfClient: Write<Of<'end-grants-of-client'>> = (change) => ({
  first: holdClient(change.clientId),
  name: change.userId === undefined ? 'end-grants-of-client' : 'end-grants-of-client-and-user',
  text: `
    WITH codes AS (
      DELETE FROM authorization_codes
      WHERE tenant_id = $1 AND client_id = $2 AND consumed_at IS NULL ${andUser(change, 'user_id')}
    ), approvals AS (
      DELETE FROM device_authorizations
      WHERE tenant_id = $1 AND client_id = $2 AND state = 'approved' ${andUser(change, 'user_id')}
    ), held AS MATERIALIZED (
      SELECT s.id FROM sessions s
      WHERE s.tenant_id = $1 ${andUser(change, 's.user_id')} AND s.id IN (
        SELECT g.session_id FROM grants g
        WHERE g.tenant_id = $1 AND g.client_id = $2 AND g.client_id <> 'argus' AND g.status = 'active')
      ORDER BY s.id FOR NO KEY UPDATE
    )
    UPDATE grants g SET status = 'ended', ended_at = $3, end_reason = $4 FROM held
    WHERE g.tenant_id = $1 AND g.session_id = held.id AND g.client_id = $2 AND g.status = 'active' RETURNING g.id`,
  values: [
    change.clientId,
    timestamp(change.at),
    change.reason,
    ...(change.userId === undefined ? [] : [change.userId]),
  ],
  expects: 0,
  tells: endedGrants,
});

function andUser({ userId }: Of<'end-grants-of-client'>, column: string): string {
  return userId === undefined ? '' : `AND ${column} = $5`;
}

// `WHERE` refuses to replace what another tenant owns. Two of one tenant would meet at its own key, where PostgreSQL knows
// no `DO UPDATE`; so they come one after the other.
export const declareResource: Write<Of<'declare-resource'>> = ({ resource }) => ({
  first: holdTenant,
  name: 'declare-resource',
  text: `INSERT INTO resources (tenant_id, id, settings) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET settings = EXCLUDED.settings WHERE resources.tenant_id = EXCLUDED.tenant_id`,
  values: [resource.id, JSON.stringify(resource.settings)],
  expects: 1,
});

export const removeResource: Write<Of<'remove-resource'>> = ({ resourceId }) => ({
  name: 'remove-resource',
  text: 'DELETE FROM resources WHERE tenant_id = $1 AND id = $2',
  values: [resourceId],
  expects: 1,
});
