import type { Change, ImportedPerson, Passkey, Totp } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdAddressesOf } from './hold-addresses.ts';
import { reserved } from './users.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/**
 * People with all that proves who they are, in one statement however many they are. What is taken by another commit makes
 * all of it lost: who decided looks again, and decides who is left. However old they are, being unused counts from now.
 */
export const createNewcomers: Write<Of<'create-newcomers'>> = ({ newcomers, at }) => ({
  first: holdAddressesOf(newcomers.map(({ user }) => user.email)),
  name: 'create-newcomers',
  text: `
    WITH people AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($2) AS p(id uuid, email text, name text, roles text[], groups text[], status text,
        created_at timestamptz, email_verified_at timestamptz, phc text)
    ), created AS (
      INSERT INTO users (tenant_id, id, email, name, roles, groups, status, created_at, email_verified_at, enabled_at)
      SELECT t.id, p.id, p.email, p.name, p.roles, p.groups, p.status, p.created_at, p.email_verified_at, $5
      FROM people p JOIN tenants t ON t.id = $1 AND t.status = 'active'
      WHERE NOT EXISTS (${reserved('p.email', '$5')})
      ON CONFLICT (tenant_id, email) DO NOTHING RETURNING id
    ), hashed AS (
      INSERT INTO passwords (tenant_id, user_id, phc, changed_at)
      SELECT $1, p.id, p.phc, $5 FROM people p JOIN created USING (id) WHERE p.phc IS NOT NULL
    ), coded AS (
      INSERT INTO totps (tenant_id, user_id, id, sealed_secret, offset_steps, last_step, name, created_at)
      SELECT $1, t.user_id, t.id, t.sealed_secret, t.offset_steps, t.last_step, t.name, t.created_at
      FROM jsonb_to_recordset($3) AS t(user_id uuid, id uuid, sealed_secret text, offset_steps integer, last_step bigint,
        name text, created_at timestamptz) JOIN created ON created.id = t.user_id
    ), keyed AS (
      INSERT INTO passkeys (tenant_id, id, user_id, credential_id, public_key, algorithm, sign_count, is_backup_eligible,
        is_backed_up, is_attested, aaguid, transports, name, created_at, learns_backup, foreign_user_handle)
      SELECT $1, k.id, k.user_id, k.credential_id, k.public_key, k.algorithm, k.sign_count, k.is_backup_eligible,
        k.is_backed_up, k.is_attested, k.aaguid, k.transports, k.name, k.created_at, k.learns_backup, k.foreign_user_handle
      FROM jsonb_to_recordset($4) AS k(id uuid, user_id uuid, credential_id bytea, public_key bytea, algorithm integer,
        sign_count bigint, is_backup_eligible boolean, is_backed_up boolean, is_attested boolean, aaguid uuid,
        transports text[], name text, created_at timestamptz, learns_backup boolean, foreign_user_handle bytea)
        JOIN created ON created.id = k.user_id
      ON CONFLICT (tenant_id, credential_id) DO NOTHING RETURNING id
    )
    SELECT id FROM created
    WHERE (SELECT count(*) FROM created) = jsonb_array_length($2)
      AND (SELECT count(*) FROM keyed) = jsonb_array_length($4)`,
  values: [
    JSON.stringify(newcomers.map(personRow)),
    JSON.stringify(newcomers.flatMap(({ totp }) => (totp ? [totpRow(totp)] : []))),
    JSON.stringify(newcomers.flatMap(({ passkeys }) => passkeys.map(passkeyRow))),
    timestamp(at),
  ],
  expects: 1,
});

function personRow({ user, phc }: ImportedPerson) {
  const { id, email, name, roles, groups, status, createdAt, emailVerifiedAt } = user;
  const times = { created_at: timestamp(createdAt), email_verified_at: timestamp(emailVerifiedAt) };
  return { id, email, name, roles, groups, status, ...times, phc };
}

function totpRow({ userId, id, sealedSecret, offsetSteps, lastStep, name, createdAt }: Totp) {
  return {
    user_id: userId,
    id,
    sealed_secret: sealedSecret,
    offset_steps: offsetSteps,
    last_step: lastStep,
    name,
    created_at: timestamp(createdAt),
  };
}

function passkeyRow(passkey: Passkey) {
  return {
    id: passkey.id,
    user_id: passkey.userId,
    credential_id: bytea(passkey.credentialId),
    public_key: bytea(passkey.publicKey),
    algorithm: passkey.algorithm,
    sign_count: passkey.signCount,
    is_backup_eligible: passkey.isBackupEligible,
    is_backed_up: passkey.isBackedUp,
    is_attested: passkey.isAttested,
    aaguid: passkey.aaguid,
    transports: passkey.transports,
    name: passkey.name,
    created_at: timestamp(passkey.createdAt),
    learns_backup: passkey.learnsBackup ?? false,
    foreign_user_handle: passkey.foreignUserHandle ? bytea(passkey.foreignUserHandle) : null,
  };
}

/** Bytes as PostgreSQL reads them from text (§8.4.1). */
function bytea(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes).toString('hex')}`;
}
