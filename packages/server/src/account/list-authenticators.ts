import type { AuthenticatorAnswer, TenantId, UserId } from '@argus/contract';
import type { Identity, Passkey, RecoveryCodeSet, Totp } from '@argus/core';
import {
  identitiesOfUser,
  passkeysOfUser,
  passwordChangedAt,
  recoveryCodesOfUser,
  totpOfUser,
} from '@argus/store';
import { modelName } from '../authenticators/passkey/model-names.ts';
import type { Services } from '../services.ts';

/** What a person can sign in with, as they and their administrators see it. */
export async function listAuthenticators(
  { store }: Pick<Services, 'store'>,
  tenant: TenantId,
  userId: UserId,
): Promise<AuthenticatorAnswer[]> {
  const { pool } = store;
  const [changedAt, passkeys, totp, codes, identities] = await Promise.all([
    passwordChangedAt(pool, tenant, userId),
    passkeysOfUser(pool, tenant, userId),
    totpOfUser(pool, tenant, userId),
    recoveryCodesOfUser(pool, tenant, userId),
    identitiesOfUser(pool, tenant, userId),
  ]);
  return [
    ...(changedAt === null ? [] : [{ kind: 'password' as const, changedAt: time(changedAt) }]),
    ...passkeys.map(describePasskey),
    ...(totp ? [describeTotp(totp)] : []),
    ...(codes ? [describeCodes(codes)] : []),
    ...identities.map(describeIdentity),
  ];
}

export function describePasskey(passkey: Passkey): AuthenticatorAnswer {
  const { id, name, transports, isBackupEligible, isBackedUp, isAttested } = passkey;
  return {
    kind: 'passkey',
    id,
    name,
    createdAt: time(passkey.createdAt),
    lastUsedAt: timeOrNull(passkey.lastUsedAt),
    credentialId: Buffer.from(passkey.credentialId).toString('base64url'),
    model: modelName(passkey.aaguid),
    backupEligible: isBackupEligible,
    backedUp: isBackedUp,
    attested: isAttested,
    transports: [...transports],
  };
}

export function describeTotp({ id, name, createdAt, lastUsedAt }: Totp): AuthenticatorAnswer {
  return { kind: 'totp', id, name, createdAt: time(createdAt), lastUsedAt: timeOrNull(lastUsedAt) };
}

function describeCodes({ id, createdAt, hashes }: RecoveryCodeSet): AuthenticatorAnswer {
  return { kind: 'recovery-code', id, createdAt: time(createdAt), left: hashes.length };
}

function describeIdentity(identity: Identity): AuthenticatorAnswer {
  const { providerId, issuer, subject, email, linkedAt, lastUsedAt } = identity;
  const times = { createdAt: time(linkedAt), lastUsedAt: time(lastUsedAt) };
  return { kind: 'federated', providerId, issuer, subject, email, ...times };
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function timeOrNull(at: number | null): string | null {
  return at === null ? null : time(at);
}
