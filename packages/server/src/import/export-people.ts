import type { PersonInput } from '@argus/contract';
import type { Passkey } from '@argus/core';
import { knownTenants, type Page, type PageRequest, type WholePerson, wholePeople } from '@argus/store';
import { userHandleOf } from '../authenticators/passkey/registration-options.ts';
import { toBase32 } from '../authenticators/totp/base32.ts';
import { openTotpSecret } from '../authenticators/totp/sealed-secret.ts';
import type { Administrator } from '../flows/administrator.ts';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';

/** With secrets somebody who has the file can sign in as anybody in it, or guess passwords for as long as they like. */
export interface AskedPeople extends PageRequest {
  readonly withSecrets: boolean;
}

/** People as an import takes them. The log hears of every page. */
export async function exportPeople(
  services: Services,
  by: Administrator,
  { withSecrets, ...ask }: AskedPeople,
): Promise<Page<PersonInput> | Refused> {
  const { tenant, actor, origin } = by;
  const { store, clock } = services;
  if (!(await knownTenants(store.pool, [tenant])).has(tenant)) return { refused: 'not_found' };
  const page = await wholePeople(store.pool, tenant, ask);
  const details = { people: page.items.length, withSecrets };
  await store.append(
    tenant,
    stamp(services, clock.now(), [{ type: 'users.exported', actor, origin, details }]),
  );
  const items = page.items.map((person) => ({
    ...plainly(person),
    ...(withSecrets ? secretsOf(services, person) : {}),
  }));
  return { items, nextCursor: page.nextCursor };
}

function plainly({ user, passkeys }: WholePerson): PersonInput {
  const { email, name, roles, groups, emailVerifiedAt, createdAt, status } = user;
  return {
    email,
    ...(name === null ? {} : { name }),
    roles: [...roles],
    groups: [...groups],
    emailVerified: emailVerifiedAt !== null,
    passkeys: passkeys.map(describePasskey),
    createdAt: new Date(createdAt).toISOString(),
    disabled: status === 'disabled',
  };
}

function secretsOf(services: Services, { user, phc, totp }: WholePerson): Partial<PersonInput> {
  const { tenant, id: userId } = user;
  const secret = totp && openTotpSecret(services, { tenant, userId, id: totp.id }, totp.sealedSecret);
  return {
    ...(phc === null ? {} : { passwordHash: phc }),
    ...(secret === null ? {} : { totpSecret: toBase32(secret) }),
  };
}

/** The public half; what it calls its user goes along, because a passkey never learns another name. */
function describePasskey(passkey: Passkey): NonNullable<PersonInput['passkeys']>[number] {
  const { signCount, transports, aaguid, name, userId, foreignUserHandle } = passkey;
  return {
    credentialId: base64url(passkey.credentialId),
    publicKey: base64url(passkey.publicKey),
    signCount,
    ...(passkey.learnsBackup ? {} : { backupEligible: passkey.isBackupEligible }),
    userHandle: foreignUserHandle ? base64url(foreignUserHandle) : userHandleOf(userId),
    transports: [...transports],
    aaguid,
    name,
    createdAt: new Date(passkey.createdAt).toISOString(),
  };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
