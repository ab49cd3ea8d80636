import type { Enrolled, Passkey, Recovery, SignInProgress, Totp } from '@argus/core';
import type { Row } from './rows.ts';

export function passkeyOf(row: Row): Passkey {
  return {
    id: row.id,
    userId: row.user_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    algorithm: row.algorithm,
    signCount: row.sign_count,
    isBackupEligible: row.is_backup_eligible,
    learnsBackup: row.learns_backup,
    foreignUserHandle: row.foreign_user_handle,
    isBackedUp: row.is_backed_up,
    isAttested: row.is_attested,
    aaguid: row.aaguid,
    transports: row.transports,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}

export function totpOf(row: Row): Totp {
  return {
    id: row.id,
    userId: row.user_id,
    sealedSecret: row.sealed_secret,
    offsetSteps: row.offset_steps,
    lastStep: row.last_step,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}

export function progressOf(row: Row): SignInProgress {
  return {
    attemptHash: row.attempt_hash,
    userId: row.user_id,
    proofs: row.proofs,
    passwordMark: row.password_mark,
    details: row.details,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

export function recoveryOf(row: Row): Recovery {
  return {
    userId: row.user_id,
    startedBy: row.started_by,
    startedAt: row.started_at,
    dueAt: row.due_at,
  };
}

/** What a person has set up, counted in the question that finds them, whether they exist or not. */
export const enrolledColumns = `
  (SELECT count(*) FROM passkeys k WHERE k.tenant_id = u.tenant_id AND k.user_id = u.id) AS e_passkeys,
  (SELECT count(*) FROM totps t WHERE t.tenant_id = u.tenant_id AND t.user_id = u.id) AS e_totps,
  (SELECT count(*) FROM recovery_codes r
   WHERE r.tenant_id = u.tenant_id AND r.user_id = u.id AND r.used_at IS NULL) AS e_recovery_codes`;

export function enrolledOf(row: Row): Enrolled {
  return {
    hasPassword: row.phc !== null,
    hasTotp: row.e_totps > 0,
    passkeys: row.e_passkeys,
    recoveryCodes: row.e_recovery_codes,
  };
}
