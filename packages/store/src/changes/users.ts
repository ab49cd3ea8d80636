import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdAddress, holdAddresses } from './hold-addresses.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// An address that its owner may still take back is nobody else's: or a thief would only have to sign up with it.
export const reserved = (email: string, at: string) => `
  SELECT FROM links WHERE tenant_id = $1 AND details ->> 'previousEmail' = ${email}
    AND consumed_at IS NULL AND expires_at > ${at}`;

export const createUser: Write<Of<'create-user'>> = ({ user }) => ({
  first: holdAddress(user.email),
  name: 'create-user',
  text: `INSERT INTO users (tenant_id, id, email, name, roles, status, created_at, email_verified_at, groups)
    SELECT t.id, $2, $3, $4, $5, $6, $7, $8, $9::text[] FROM tenants t
    WHERE t.id = $1 AND t.status = 'active' AND NOT EXISTS (${reserved('$3', '$7')})
    ON CONFLICT (tenant_id, email) DO NOTHING`,
  values: [
    user.id,
    user.email,
    user.name,
    user.roles,
    user.status,
    timestamp(user.createdAt),
    timestamp(user.emailVerifiedAt),
    user.groups,
  ],
  expects: 1,
});

export const setPassword: Write<Of<'set-password'>> = (change) =>
  change.expected === null
    ? {
        name: 'first-password',
        text: `INSERT INTO passwords (tenant_id, user_id, phc, changed_at)
          VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id) DO NOTHING`,
        values: [change.userId, change.phc, timestamp(change.at)],
        expects: 1,
      }
    : {
        name: 'replace-password',
        text: replacing,
        values: [change.userId, change.phc, timestamp(change.at), change.expected, change.history ?? 0],
        expects: 1,
      };

// What policy no longer asks to be kept goes with the next change, so that nobody holds hashes for nothing.
const replacing = `
  WITH replaced AS (
    UPDATE passwords SET phc = $3, changed_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND phc = $5
    RETURNING user_id AS id
  ), kept AS (
    INSERT INTO former_passwords (tenant_id, user_id, phc, replaced_at)
    SELECT $1, r.id, $5, $4 FROM replaced r WHERE $6::integer > 0
    ON CONFLICT (tenant_id, user_id, phc) DO NOTHING
  ), forgotten AS (
    DELETE FROM former_passwords f USING replaced r
    WHERE f.tenant_id = $1 AND f.user_id = r.id AND f.phc NOT IN (
      SELECT o.phc FROM former_passwords o WHERE o.tenant_id = $1 AND o.user_id = r.id
      ORDER BY o.replaced_at DESC, o.phc LIMIT GREATEST($6::integer - 1, 0))
  )
  SELECT id FROM replaced`;

// When it was set stays: undoing what happened since an hour would take the password of who only signed in.
export const rehashPassword: Write<Of<'rehash-password'>> = ({ userId, phc, expected }) => ({
  name: 'rehash-password',
  text: 'UPDATE passwords SET phc = $3 WHERE tenant_id = $1 AND user_id = $2 AND phc = $4',
  values: [userId, phc, expected],
  expects: 1,
});

// A sign-in that verified the old password must not outlive its change.
export const expectPassword: Write<Of<'expect-password'>> = ({ userId, phc }) => ({
  name: 'expect-password',
  text: 'SELECT user_id AS id FROM passwords WHERE tenant_id = $1 AND user_id = $2 AND phc = $3 FOR SHARE',
  values: [userId, phc],
  expects: 1,
});

export const setUserName: Write<Of<'set-user-name'>> = ({ userId, name }) => ({
  name: 'set-user-name',
  text: 'UPDATE users SET name = $3 WHERE tenant_id = $1 AND id = $2',
  values: [userId, name],
  expects: 1,
});

export const setUserGroups: Write<Of<'set-user-groups'>> = ({ userId, groups }) => ({
  name: 'set-user-groups',
  text: 'UPDATE users SET groups = $3 WHERE tenant_id = $1 AND id = $2',
  values: [userId, groups],
  expects: 1,
});

export const holdUser: Write<Of<'hold-user'>> = ({ userId }) => ({
  name: 'hold-user',
  text: `SELECT id FROM users WHERE tenant_id = $1 AND id = $2 AND status = 'active' FOR NO KEY UPDATE`,
  values: [userId],
  expects: 1,
});

// Whoever holds the user sees every session: none begins meanwhile.
export const expectUnused: Write<Of<'expect-unused'>> = ({ userId, since }) => ({
  name: 'expect-unused',
  text: `SELECT u.id FROM users u WHERE u.tenant_id = $1 AND u.id = $2 AND NOT EXISTS (
    SELECT FROM sessions s WHERE s.tenant_id = $1 AND s.user_id = $2 AND s.last_active_at > $3)`,
  values: [userId, timestamp(since)],
  expects: 1,
});

export const seeDevice: Write<Of<'see-device'>> = ({ device, at }) => ({
  name: 'see-device',
  text: `INSERT INTO devices (tenant_id, id, user_id, secret_hash, user_agent, first_seen_at, last_seen_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant_id, user_id, secret_hash) DO UPDATE
      SET user_agent = EXCLUDED.user_agent, last_seen_at = GREATEST(devices.last_seen_at, EXCLUDED.last_seen_at)
      WHERE devices.id = EXCLUDED.id`,
  values: [
    device.id,
    device.userId,
    device.secretHash,
    device.userAgent,
    timestamp(device.firstSeenAt),
    timestamp(at),
  ],
  expects: 1,
});

export const createLink: Write<Of<'create-link'>> = ({ link, orNobody }) => ({
  name: 'create-link',
  text: `
    INSERT INTO links (tenant_id, id, token_hash, kind, user_id, created_at, expires_at, details)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8
    WHERE $5::uuid IS NULL OR EXISTS (SELECT FROM users WHERE tenant_id = $1 AND id = $5)`,
  values: [
    link.id,
    link.tokenHash,
    link.kind,
    link.userId,
    timestamp(link.createdAt),
    timestamp(link.expiresAt),
    JSON.stringify(link.details),
  ],
  expects: orNobody ? 0 : 1,
});

export const useLink: Write<Of<'use-link'>> = ({ tokenHash, at }) => ({
  name: 'use-link',
  text: `UPDATE links SET consumed_at = $3
    WHERE tenant_id = $1 AND token_hash = $2 AND consumed_at IS NULL AND expires_at > $3`,
  values: [tokenHash, timestamp(at)],
  expects: 1,
});

export const endLinks: Write<Of<'end-links'>> = ({ userId, kinds, since, at }) => ({
  name: 'end-links',
  text: `UPDATE links SET consumed_at = $4
    WHERE tenant_id = $1 AND user_id = $2 AND kind = ANY ($3::text[]) AND consumed_at IS NULL
      AND ($5::timestamptz IS NULL OR created_at >= $5)`,
  values: [userId, kinds, timestamp(at), timestamp(since ?? null)],
  expects: 0,
});

export const verifyEmail: Write<Of<'verify-email'>> = ({ userId, email, at }) => ({
  name: 'verify-email',
  text: `UPDATE users SET email_verified_at = COALESCE(email_verified_at, $4)
    WHERE tenant_id = $1 AND id = $2 AND email = $3`,
  values: [userId, email, timestamp(at)],
  expects: 1,
});

export const changeEmail: Write<Of<'change-email'>> = ({ userId, from, to, at }) => ({
  first: holdAddresses(userId, [from, to]),
  name: 'change-email',
  text: `UPDATE users SET email = $4, email_verified_at = $5 WHERE tenant_id = $1 AND id = $2 AND email = $3
    AND NOT EXISTS (${reserved('$4', '$5')} AND user_id <> $2)`,
  values: [userId, from, to, timestamp(at)],
  expects: 1,
  losesToDuplicate: true,
});
