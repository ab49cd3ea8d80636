import type { AuthenticatorId, Instant, TenantId, UserId } from '@argus/contract';
import type { ImportedPerson, Passkey, Totp, User } from '@argus/core';
import { stepAt } from '../authenticators/totp/one-time-password.ts';
import { sealTotpSecret } from '../authenticators/totp/sealed-secret.ts';
import type { Services } from '../services.ts';
import type { JudgedPasskey, JudgedPerson } from './judge-person.ts';

/** What is shown to people of an authenticator that came along without a name. */
const passkeyName = 'Passkey';
const totpName = 'Authenticator app';

/** Somebody who is to be created, under fresh ids and with every secret encrypted for its row. */
export function newcomerOf(services: Services, tenant: TenantId, person: JudgedPerson): ImportedPerson {
  const at = services.clock.now();
  const user: User = {
    id: services.random.uuid() as UserId, // a fresh name
    tenant,
    email: person.email,
    name: person.name ?? null,
    roles: person.roles,
    groups: person.groups,
    status: person.isDisabled ? 'disabled' : 'active',
    createdAt: person.createdAt ?? at,
    emailVerifiedAt: person.isEmailVerified ? at : null,
  };
  return {
    user,
    phc: person.phc,
    totp: person.totpSecret && totpOf(services, user, { secret: person.totpSecret, at }),
    passkeys: person.passkeys.map((passkey) => passkeyOf(services, user, { passkey, at })),
  };
}

function totpOf(
  services: Services,
  { tenant, id: userId }: User,
  { secret, at }: { readonly secret: Uint8Array; readonly at: Instant },
): Totp {
  const id = services.random.uuid() as AuthenticatorId; // a fresh name
  return {
    id,
    userId,
    sealedSecret: sealTotpSecret(services, { tenant, userId, id }, secret),
    offsetSteps: 0,
    // A code that was shown before, perhaps to the other system, is not taken here.
    lastStep: stepAt(at) - 1,
    name: totpName,
    createdAt: at,
    lastUsedAt: null,
  };
}

function passkeyOf(
  services: Services,
  { id: userId }: User,
  { passkey, at }: { readonly passkey: JudgedPasskey; readonly at: Instant },
): Passkey {
  const { credentialId, publicKey, algorithm, signCount, backupEligible, transports, aaguid } = passkey;
  return {
    id: services.random.uuid() as AuthenticatorId, // a fresh name
    userId,
    credentialId,
    publicKey,
    algorithm,
    signCount,
    isBackupEligible: backupEligible ?? false,
    isBackedUp: false,
    learnsBackup: backupEligible === undefined,
    // Whoever made it did not show it to us.
    isAttested: false,
    foreignUserHandle: passkey.userHandle,
    aaguid,
    transports,
    name: passkey.name ?? passkeyName,
    createdAt: passkey.createdAt ?? at,
    lastUsedAt: null,
  };
}
