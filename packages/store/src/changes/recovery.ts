import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdOwner } from './hold-owner.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// The codes of the set before go in a statement of its own: one statement would delete and insert at one moment. It
// holds the user first, as `holdOwner` would.
export const replaceRecoveryCodes: Write<Of<'replace-recovery-codes'>> = ({ set }) => ({
  first: {
    name: 'drop-recovery-codes',
    text: `
      WITH owner AS (
        SELECT id FROM users WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE
      )
      DELETE FROM recovery_code_sets s USING owner WHERE s.tenant_id = $1 AND s.user_id = owner.id`,
    values: [set.userId],
  },
  name: 'replace-recovery-codes',
  text: `
    WITH born AS (
      INSERT INTO recovery_code_sets (tenant_id, user_id, id, salt, created_at)
      SELECT $1, u.id, $3, $4, $5 FROM users u WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active'
      RETURNING user_id
    )
    INSERT INTO recovery_codes (tenant_id, user_id, hash)
    SELECT $1, born.user_id, h.hash FROM born, unnest($6::bytea[]) AS h (hash)`,
  values: [set.userId, set.id, set.salt, timestamp(set.createdAt), set.hashes],
  expects: 1,
  losesToDuplicate: true,
});

export const useRecoveryCode: Write<Of<'use-recovery-code'>> = ({ userId, hash, at }) => ({
  first: holdOwner(userId),
  name: 'use-recovery-code',
  text: `UPDATE recovery_codes SET used_at = $4
    WHERE tenant_id = $1 AND user_id = $2 AND hash = $3 AND used_at IS NULL`,
  values: [userId, hash, timestamp(at)],
  expects: 1,
});

export const removeRecoveryCodes: Write<Of<'remove-recovery-codes'>> = ({ userId }) => ({
  first: holdOwner(userId),
  name: 'remove-recovery-codes',
  text: 'DELETE FROM recovery_code_sets WHERE tenant_id = $1 AND user_id = $2',
  values: [userId],
  expects: 0,
});

// With the user held, what somebody else sets up at this very moment is seen and goes too.
export const removeAuthenticatorsSince: Write<Of<'remove-authenticators-since'>> = ({ userId, since }) => ({
  first: holdOwner(userId),
  name: 'remove-authenticators-since',
  text: `
    WITH passkeys_gone AS (
      DELETE FROM passkeys WHERE tenant_id = $1 AND user_id = $2 AND created_at >= $3 RETURNING id
    ), totps_gone AS (
      DELETE FROM totps WHERE tenant_id = $1 AND user_id = $2 AND created_at >= $3 RETURNING id
    ), codes_gone AS (
      DELETE FROM recovery_code_sets WHERE tenant_id = $1 AND user_id = $2 AND created_at >= $3 RETURNING id
    ), identities_gone AS (
      DELETE FROM identities WHERE tenant_id = $1 AND user_id = $2 AND linked_at >= $3
    )
    SELECT id FROM passkeys_gone UNION ALL SELECT id FROM totps_gone UNION ALL SELECT id FROM codes_gone`,
  values: [userId, timestamp(since)],
  expects: 0,
});

export const removeSecondFactors: Write<Of<'remove-second-factors'>> = ({ userId }) => ({
  first: holdOwner(userId),
  name: 'remove-second-factors',
  text: `
    WITH passkeys_gone AS (
      DELETE FROM passkeys WHERE tenant_id = $1 AND user_id = $2 RETURNING id
    ), totps_gone AS (
      DELETE FROM totps WHERE tenant_id = $1 AND user_id = $2 RETURNING id
    ), codes_gone AS (
      DELETE FROM recovery_code_sets WHERE tenant_id = $1 AND user_id = $2 RETURNING id
    )
    SELECT id FROM passkeys_gone UNION ALL SELECT id FROM totps_gone UNION ALL SELECT id FROM codes_gone`,
  values: [userId],
  expects: 0,
});

export const closePassword: Write<Of<'close-password'>> = ({ userId, since }) => ({
  first: holdOwner(userId),
  name: 'close-password',
  text: 'DELETE FROM passwords WHERE tenant_id = $1 AND user_id = $2 AND changed_at >= $3',
  values: [userId, timestamp(since)],
  expects: 0,
});

export const startRecovery: Write<Of<'start-recovery'>> = ({ recovery }) => ({
  name: 'start-recovery',
  text: `
    INSERT INTO recoveries (tenant_id, user_id, started_by, started_at, due_at)
    SELECT $1, u.id, $3, $4, $5 FROM users u JOIN tenants t ON t.id = u.tenant_id
    WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active' AND t.status = 'active'
    ON CONFLICT (tenant_id, user_id) DO NOTHING`,
  values: [recovery.userId, recovery.startedBy, timestamp(recovery.startedAt), timestamp(recovery.dueAt)],
  expects: 1,
});

export const cancelRecovery: Write<Of<'cancel-recovery'>> = ({ userId }) => ({
  name: 'cancel-recovery',
  text: 'DELETE FROM recoveries WHERE tenant_id = $1 AND user_id = $2',
  values: [userId],
  expects: 1,
});

export const completeRecovery: Write<Of<'complete-recovery'>> = ({ userId, at }) => ({
  name: 'complete-recovery',
  text: 'DELETE FROM recoveries WHERE tenant_id = $1 AND user_id = $2 AND due_at <= $3',
  values: [userId, timestamp(at)],
  expects: 1,
});
