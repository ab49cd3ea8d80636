import type { Instant, TenantId, UserId } from '@argus/contract';
import { mostPasskeys, type Passkey, type RecoveryCodeSet, type Totp } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { passkeyOf, totpOf } from '../tables/authenticator-rows.ts';
import type { Row } from '../tables/rows.ts';

/** A person's passkeys, oldest first; there are never more than `mostPasskeys`. */
export async function passkeysOfUser(
  pool: Pool,
  tenant: TenantId,
  userId: UserId,
): Promise<readonly Passkey[]> {
  const { rows } = await pool.query<Row>({
    name: 'passkeys-of-user',
    text: `SELECT * FROM passkeys WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at, id LIMIT ${mostPasskeys}`,
    values: [tenant, userId],
  });
  return rows.map(passkeyOf);
}

/** Whose passkey this credential is. */
export async function passkeyByCredential(
  pool: Pool,
  tenant: TenantId,
  credentialId: Uint8Array,
): Promise<Passkey | null> {
  const { rows } = await pool.query<Row>({
    name: 'passkey-by-credential',
    text: 'SELECT * FROM passkeys WHERE tenant_id = $1 AND credential_id = $2',
    values: [tenant, credentialId],
  });
  return rows[0] ? passkeyOf(rows[0]) : null;
}

export async function totpOfUser(pool: Pool, tenant: TenantId, userId: UserId): Promise<Totp | null> {
  const { rows } = await pool.query<Row>({
    name: 'totp-of-user',
    text: 'SELECT * FROM totps WHERE tenant_id = $1 AND user_id = $2',
    values: [tenant, userId],
  });
  return rows[0] ? totpOf(rows[0]) : null;
}

/** The set of codes with those that are left of it. */
export async function recoveryCodesOfUser(
  pool: Pool,
  tenant: TenantId,
  userId: UserId,
): Promise<RecoveryCodeSet | null> {
  const { rows } = await pool.query<Row>({
    name: 'recovery-codes-of-user',
    text: `
      SELECT s.id, s.user_id, s.salt, s.created_at, ARRAY(
        SELECT r.hash FROM recovery_codes r
        WHERE r.tenant_id = s.tenant_id AND r.user_id = s.user_id AND r.used_at IS NULL ORDER BY r.hash) AS hashes
      FROM recovery_code_sets s WHERE s.tenant_id = $1 AND s.user_id = $2`,
    values: [tenant, userId],
  });
  const row = rows[0];
  if (!row) return null;
  return {
    id: row.id,
    userId: row.user_id,
    salt: row.salt,
    hashes: row.hashes,
    createdAt: row.created_at,
  };
}

/** When the password was set; null without one. */
export async function passwordChangedAt(
  pool: Pool,
  tenant: TenantId,
  userId: UserId,
): Promise<Instant | null> {
  const { rows } = await pool.query<{ changed_at: Instant }>({
    name: 'password-changed-at',
    text: 'SELECT changed_at FROM passwords WHERE tenant_id = $1 AND user_id = $2',
    values: [tenant, userId],
  });
  return rows[0]?.changed_at ?? null;
}

/** Until when this person's device is spared the second factor; null when it is not. */
export async function rememberedUntil(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly userId: UserId; readonly deviceId: string; readonly now: Instant },
): Promise<Instant | null> {
  const { rows } = await pool.query<{ expires_at: Instant }>({
    name: 'remembered-until',
    text: `SELECT expires_at FROM remembered_devices
      WHERE tenant_id = $1 AND device_id = $2 AND user_id = $3 AND expires_at > $4`,
    values: [tenant, ask.deviceId, ask.userId, timestamp(ask.now)],
  });
  return rows[0]?.expires_at ?? null;
}
