import type { PersonExportPart } from '@argus/contract';

/** A question for one page of a part: `$1` the tenant, `$2` the user, `$3` the key of the last item before it, `$4` how many. */
export interface ExportPart {
  readonly text: string;
}

/** RFC 3339, as everything on a wire. */
const time = (column: string) => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Rows of one table that name their user, by a key that orders them. */
function ofUser(table: string, key: string, members: string, type = 'text'): ExportPart {
  return {
    text: `
      SELECT (${key})::text AS key, json_build_object(${members})::text AS item
      FROM ${table} t WHERE tenant_id = $1 AND user_id = $2 AND ($3::text IS NULL OR ${key} > $3::${type})
      ORDER BY ${key} LIMIT $4`,
  };
}

/** Those of one session `t`, in one list; each session has few. */
const ofSession = (table: string, members: string, order: string) => `
  (SELECT coalesce(json_agg(json_build_object(${members}) ORDER BY ${order}), '[]')
   FROM ${table} s WHERE s.tenant_id = t.tenant_id AND s.session_id = t.id)`;

const sessions = ofUser(
  'sessions',
  'id',
  `
  'id', id, 'state', state, 'deviceId', device_id, 'deviceClass', device_class, 'ip', host(ip),
  'userAgent', user_agent, 'amr', amr, 'acr', acr, 'authenticatedAt', ${time('authenticated_at')},
  'createdAt', ${time('created_at')}, 'lastActiveAt', ${time('last_active_at')},
  'idleExpiresAt', ${time('idle_expires_at')}, 'absoluteExpiresAt', ${time('absolute_expires_at')},
  'isRemembered', is_remembered, 'riskLevel', risk_level, 'endedAt', ${time('ended_at')}, 'endReason', end_reason,
  'authentications', ${ofSession('authentications', `'method', s.method, 'provedAt', ${time('s.proved_at')}`, 's.id')},
  'grants', ${ofSession(
    'grants',
    `'id', s.id, 'clientId', s.client_id, 'scope', s.scope, 'resources', s.resources,
     'createdAt', ${time('s.created_at')}, 'rotatedAt', ${time('s.rotated_at')}, 'rotatedIp', host(s.rotated_ip),
     'rotatedUserAgent', s.rotated_user_agent, 'endedAt', ${time('s.ended_at')}, 'endReason', s.end_reason`,
    's.id',
  )},
  'providers', ${ofSession(
    'upstream_sessions',
    `'providerId', s.provider_id, 'issuer', s.issuer, 'subject', s.subject, 'sid', s.sid`,
    's.issuer',
  )},
  'activity', (
    SELECT json_build_object('requests', a.requests, 'bytesOut', a.bytes_out, 'records', a.records,
      'actions', a.actions, 'lastAt', ${time('a.last_at')})
    FROM session_activity a WHERE a.tenant_id = t.tenant_id AND a.session_id = t.id)`,
  'uuid',
);

/** The condition is that of the index, which without it would not be used. */
const auditEvents: ExportPart = {
  text: `
    SELECT id::text AS key, json_build_object('id', id, 'time', ${time('at')}, 'type', type, 'actor', actor,
      'sessionId', session_id, 'grantId', grant_id, 'deviceId', device_id, 'reason', reason, 'ip', host(ip),
      'userAgent', user_agent, 'details', details)::text AS item
    FROM audit_events
    WHERE tenant_id = $1 AND user_id = $2 AND type <> 'session.refreshed' AND ($3::text IS NULL OR id > $3::uuid)
    ORDER BY id LIMIT $4`,
};

// No index leads from a person to the renewals, so they are found by session, and each page begins in the session where
// the last one ended: `$3` is the two ids.
const refreshes: ExportPart = {
  text: `
    SELECT e.session_id || ' ' || e.id AS key, json_build_object('id', e.id, 'time', ${time('e.at')},
      'sessionId', e.session_id, 'ip', host(e.ip), 'userAgent', e.user_agent)::text AS item
    FROM sessions s, LATERAL (
      SELECT * FROM audit_events a
      WHERE a.tenant_id = $1 AND a.session_id = s.id AND a.type = 'session.refreshed'
        AND (s.id > split_part($3, ' ', 1)::uuid OR $3::text IS NULL OR a.id > split_part($3, ' ', 2)::uuid)
      ORDER BY a.id LIMIT $4) e
    WHERE s.tenant_id = $1 AND s.user_id = $2 AND ($3::text IS NULL OR s.id >= split_part($3, ' ', 1)::uuid)
    ORDER BY s.id, e.id LIMIT $4`,
};

const administration: ExportPart = {
  text: `
    SELECT id::text AS key, json_build_object('id', id, 'time', ${time('at')}, 'type', type, 'ip', host(ip),
      'userAgent', user_agent)::text AS item
    FROM audit_events
    WHERE tenant_id = $1 AND actor = 'administrator:' || $2::uuid AND actor LIKE 'administrator:%'
      AND ($3::text IS NULL OR id > $3::uuid)
    ORDER BY id LIMIT $4`,
};

/** The parts of an export, in the order in which they stand in it. Secrets and their hashes are in none. */
export const exportParts: Readonly<Record<PersonExportPart, ExportPart>> = {
  passwords: ofUser('passwords', 'user_id', `'changedAt', ${time('changed_at')}`, 'uuid'),
  passkeys: ofUser(
    'passkeys',
    'id',
    `'id', id, 'name', name,
     'credentialId', translate(rtrim(replace(encode(credential_id, 'base64'), E'\\n', ''), '='), '+/', '-_'),
     'aaguid', aaguid, 'transports', transports, 'isBackedUp', is_backed_up, 'createdAt', ${time('created_at')},
     'lastUsedAt', ${time('last_used_at')}`,
    'uuid',
  ),
  authenticatorApps: ofUser(
    'totps',
    'id',
    `'id', id, 'name', name, 'createdAt', ${time('created_at')}, 'lastUsedAt', ${time('last_used_at')}`,
    'uuid',
  ),
  recoveryCodes: ofUser(
    'recovery_code_sets',
    'id',
    `'id', id, 'createdAt', ${time('created_at')}, 'left', (
      SELECT count(*) FROM recovery_codes c
      WHERE c.tenant_id = t.tenant_id AND c.user_id = t.user_id AND c.used_at IS NULL)`,
    'uuid',
  ),
  identities: ofUser(
    'identities',
    `issuer || ' ' || subject`,
    `'providerId', provider_id, 'issuer', issuer, 'subject', subject, 'email', email,
     'linkedAt', ${time('linked_at')}, 'lastUsedAt', ${time('last_used_at')}`,
  ),
  devices: ofUser(
    'devices',
    'id',
    `'id', id, 'userAgent', user_agent, 'firstSeenAt', ${time('first_seen_at')}, 'lastSeenAt', ${time('last_seen_at')},
     'rememberedUntil', (SELECT ${time('r.expires_at')} FROM remembered_devices r
       WHERE r.tenant_id = t.tenant_id AND r.device_id = t.id)`,
    'uuid',
  ),
  sessions,
  consents: ofUser(
    'consents',
    'client_id',
    `'clientId', client_id, 'scope', scope, 'resources', resources, 'grantedAt', ${time('granted_at')},
     'expiresAt', ${time('expires_at')}`,
  ),
  links: ofUser(
    'links',
    'id',
    `'kind', kind, 'createdAt', ${time('created_at')}, 'expiresAt', ${time('expires_at')},
     'consumedAt', ${time('consumed_at')}, 'details', details - 'invitedBy'`,
    'uuid',
  ),
  invitations: {
    text: `
      SELECT i.id::text AS key, json_build_object('roles', i.roles, 'groups', i.groups, 'name', i.name,
        'createdAt', ${time('i.created_at')}, 'expiresAt', ${time('i.expires_at')})::text AS item
      FROM users u JOIN invitations i ON i.tenant_id = u.tenant_id AND i.email = u.email
      WHERE u.tenant_id = $1 AND u.id = $2 AND ($3::text IS NULL OR i.id > $3::uuid) ORDER BY i.id LIMIT $4`,
  },
  mails: ofUser(
    'mails',
    'id',
    `'id', id, 'kind', kind, 'attempts', attempts, 'createdAt', ${time('created_at')}, 'dueAt', ${time('due_at')}`,
    'uuid',
  ),
  recoveries: ofUser(
    'recoveries',
    'user_id',
    `'startedAt', ${time('started_at')}, 'dueAt', ${time('due_at')}`,
    'uuid',
  ),
  wrongCodes: ofUser(
    'guesses',
    `use || ' ' || is_known_device`,
    `'use', use, 'isKnownDevice', is_known_device, 'inARow', in_a_row, 'fullAt', ${time('full_at')}`,
  ),
  wrongPasswords: ofUser(
    'password_tries',
    'is_known_device::text',
    `'isKnownDevice', is_known_device, 'inARow', in_a_row, 'inAll', in_all, 'lockedUntil', ${time('locked_until')}`,
  ),
  auditEvents,
  refreshes,
  administration,
};

/** The person themselves. */
export const profilePart = `
  SELECT json_build_object('id', id, 'email', email, 'emailVerifiedAt', ${time('email_verified_at')}, 'name', name,
    'roles', roles, 'groups', groups, 'status', status, 'createdAt', ${time('created_at')})::text AS item
  FROM users WHERE tenant_id = $1 AND id = $2`;
