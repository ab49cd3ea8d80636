import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdOwner } from './hold-owner.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

export const addPasskey: Write<Of<'add-passkey'>> = ({ passkey, most }) => ({
  first: holdOwner(passkey.userId),
  name: 'add-passkey',
  text: `
    INSERT INTO passkeys (tenant_id, id, user_id, credential_id, public_key, algorithm, sign_count, is_backup_eligible,
      is_backed_up, is_attested, aaguid, transports, name, created_at, last_used_at, learns_backup, foreign_user_handle)
    SELECT $1, $2, u.id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $17, $18 FROM users u
    WHERE u.tenant_id = $1 AND u.id = $3 AND u.status = 'active'
      AND $16 > (SELECT count(*) FROM passkeys k WHERE k.tenant_id = $1 AND k.user_id = $3)
    ON CONFLICT (tenant_id, credential_id) DO NOTHING`,
  values: [
    passkey.id,
    passkey.userId,
    passkey.credentialId,
    passkey.publicKey,
    passkey.algorithm,
    passkey.signCount,
    passkey.isBackupEligible,
    passkey.isBackedUp,
    passkey.isAttested,
    passkey.aaguid,
    passkey.transports,
    passkey.name,
    timestamp(passkey.createdAt),
    timestamp(passkey.lastUsedAt),
    most,
    passkey.learnsBackup ?? false,
    passkey.foreignUserHandle ?? null,
  ],
  expects: 1,
});

export const usePasskey: Write<Of<'use-passkey'>> = (change) => ({
  first: holdOwner(change.userId),
  name: 'use-passkey',
  text: `UPDATE passkeys SET sign_count = $5, is_backed_up = $6, last_used_at = GREATEST(last_used_at, $7),
      is_backup_eligible = CASE WHEN learns_backup THEN $8 ELSE is_backup_eligible END, learns_backup = false
    WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND sign_count = $4`,
  values: [
    change.userId,
    change.id,
    change.fromSignCount,
    change.signCount,
    change.isBackedUp,
    timestamp(change.at),
    change.isBackupEligible,
  ],
  expects: 1,
});

export const addTotp: Write<Of<'add-totp'>> = ({ totp, replaces }) => ({
  first: holdOwner(totp.userId),
  name: 'add-totp',
  text: `
    INSERT INTO totps (tenant_id, user_id, id, sealed_secret, offset_steps, last_step, name, created_at, last_used_at)
    SELECT $1, u.id, $3, $4, $5, $6, $7, $8, $9 FROM users u
    WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active'
    ON CONFLICT (tenant_id, user_id) DO UPDATE
      SET id = EXCLUDED.id, sealed_secret = EXCLUDED.sealed_secret, offset_steps = EXCLUDED.offset_steps,
        last_step = EXCLUDED.last_step, name = EXCLUDED.name, created_at = EXCLUDED.created_at,
        last_used_at = EXCLUDED.last_used_at
      WHERE totps.id = $10::uuid`,
  values: [
    totp.userId,
    totp.id,
    totp.sealedSecret,
    totp.offsetSteps,
    totp.lastStep,
    totp.name,
    timestamp(totp.createdAt),
    timestamp(totp.lastUsedAt),
    replaces,
  ],
  expects: 1,
});

// RFC 6238 §5.2: the newest step only moves forward, so of two that show one code the second finds it used.
export const useTotp: Write<Of<'use-totp'>> = ({ userId, id, step, offsetSteps, at }) => ({
  first: holdOwner(userId),
  name: 'use-totp',
  text: `UPDATE totps SET last_step = $4, offset_steps = $5, last_used_at = $6
    WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND last_step < $4`,
  values: [userId, id, step, offsetSteps, timestamp(at)],
  expects: 1,
});

export const renameAuthenticator: Write<Of<'rename-authenticator'>> = ({ userId, id, name }) => ({
  name: 'rename-authenticator',
  text: `
    WITH passkey AS (
      UPDATE passkeys SET name = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 RETURNING id
    ), totp AS (
      UPDATE totps SET name = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 RETURNING id
    )
    SELECT id FROM passkey UNION ALL SELECT id FROM totp`,
  values: [userId, id, name],
  expects: 1,
});

// Never the last way in, as in `unlinkIdentity`; a TOTP opens nothing by itself and may always go.
export const removeAuthenticator: Write<Of<'remove-authenticator'>> = ({
  userId,
  id,
  leavesFactor = false,
}) => ({
  first: holdOwner(userId),
  name: 'remove-authenticator',
  text: `
    WITH other AS (
      SELECT id FROM totps WHERE tenant_id = $1 AND user_id = $2 AND id <> $3
      UNION ALL SELECT id FROM passkeys WHERE tenant_id = $1 AND user_id = $2 AND id <> $3
    ), totp AS (
      DELETE FROM totps WHERE tenant_id = $1 AND user_id = $2 AND id = $3
        AND (NOT $4::boolean OR EXISTS (SELECT FROM other))
      RETURNING id
    ), passkey AS (
      DELETE FROM passkeys WHERE tenant_id = $1 AND user_id = $2 AND id = $3
        AND (NOT $4::boolean OR EXISTS (SELECT FROM other)) AND (
        EXISTS (SELECT FROM passwords p WHERE p.tenant_id = $1 AND p.user_id = $2)
        OR EXISTS (SELECT FROM passkeys o WHERE o.tenant_id = $1 AND o.user_id = $2 AND o.id <> $3)
        OR EXISTS (
          SELECT FROM identities i JOIN providers v ON v.tenant_id = i.tenant_id AND v.id = i.provider_id
          WHERE i.tenant_id = $1 AND i.user_id = $2))
      RETURNING id
    )
    SELECT id FROM totp UNION ALL SELECT id FROM passkey`,
  values: [userId, id, leavesFactor],
  expects: 1,
});
