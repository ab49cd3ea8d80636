import type { AuthenticatorId, ProviderId, TenantId, UserId } from '@argus/contract';
import type {
  Change,
  Invitation,
  Passkey,
  Recovery,
  RecoveryCodeSet,
  SignInProgress,
  Totp,
  User,
} from '@argus/core';
import type { Store } from '@argus/store';
import { importChanges } from './import-stage.ts';
import { furnish as furnishOAuth, hashOf } from './oauth-stage.ts';
import { at, home, idOf, type Person } from './stage.ts';

// Brands over text, from the same shape of id.
const authenticatorId = (number: number) => idOf(8, number) as AuthenticatorId;

/** What names the tenant and may not be the same in both. */
export const ageOf = (tenant: TenantId): number => (tenant === home ? 0 : 500);

export function passkeyOf({ tenant, user }: Person, number: number): Passkey {
  return {
    id: authenticatorId(number),
    userId: user.id,
    credentialId: hashOf('credential', number),
    publicKey: Buffer.from(`public key of ${tenant}`),
    algorithm: -7,
    signCount: 7,
    isBackupEligible: true,
    learnsBackup: false,
    foreignUserHandle: null,
    isBackedUp: false,
    isAttested: false,
    aaguid: '00000000-0000-0000-0000-000000000000',
    transports: ['internal', 'hybrid'],
    name: `passkey of ${tenant}`,
    createdAt: at,
    lastUsedAt: null,
  };
}

export function totpOf({ tenant, user }: Person, number: number): Totp {
  return {
    id: authenticatorId(10_000 + number),
    userId: user.id,
    sealedSecret: `sealed secret of ${tenant}`,
    offsetSteps: -1,
    lastStep: 1000,
    name: `codes of ${tenant}`,
    createdAt: at,
    lastUsedAt: null,
  };
}

/** In the order of its hashes, as the store answers it. */
export function codesOf({ tenant, user }: Person, number: number, place = 0): RecoveryCodeSet {
  return {
    id: authenticatorId(20_000 + number + place * 10_000),
    userId: user.id,
    salt: hashOf(`salt ${place} of ${tenant}`, number).subarray(0, 16),
    hashes: [0, 1, 2].map((code) => codeHashOf(number, code, place)).sort(Buffer.compare),
    createdAt: at,
  };
}

export const codeHashOf = (number: number, code: number, place = 0): Buffer =>
  hashOf(`recovery code ${place} ${code}`, number);

export function progressOf({ tenant, user }: Person, number: number): SignInProgress {
  return {
    attemptHash: hashOf('attempt', number),
    userId: user.id,
    proofs: [{ method: 'pwd', provedAt: at }],
    passwordMark: hashOf(`password of ${tenant}`, number),
    details: {
      rememberDevice: true,
      upstream: {
        providerId: `provider of ${tenant}` as ProviderId,
        issuer: 'https://a.example',
        subject: 's',
        sid: null,
      },
    },
    createdAt: at,
    expiresAt: at + 600_000,
  };
}

/** Somebody else of this tenant, whose factors an administrator is taking away. */
export function lockedOutOf({ user }: Person, number: number): User {
  return { ...user, id: idOf(1, 60_000 + number) as UserId, email: `locked-out-${number}@example.org` };
}

export function recoveryOf(person: Person, number: number): Recovery {
  return {
    userId: lockedOutOf(person, number).id,
    startedBy: `administrator of ${person.tenant}`,
    startedAt: at,
    dueAt: at + 500,
  };
}

export const tryRule = { failures: 10, seconds: 900, most: 100, forgottenAfterSeconds: 172_800 };
export const guessLimit = { burst: 5, everySeconds: 60, most: 100 };

/** Somebody who is asked into this tenant; of the secret of a link, there is one in the installation. */
export function invitationOf({ tenant }: Pick<Person, 'tenant'>, number: number): Invitation {
  return {
    id: idOf(7, 30_000 + number),
    userId: idOf(1, 30_000 + number) as UserId,
    tokenHash: hashOf(`invitation of ${tenant}`, number),
    email: `invited-${number}@example.org`,
    name: `invited by ${tenant}`,
    roles: ['editor'],
    groups: [`of-${tenant}`],
    invitedBy: `administrator of ${tenant}`,
    createdAt: at,
    sentAt: at,
    expiresAt: at + 7 * 86_400_000 - ageOf(tenant),
  };
}

/** Everything that can be set up to prove who somebody is, and a sign-in that is on its way. */
export function authenticatorChanges(person: Person, number: number): Change[] {
  const { tenant, user, device } = person;
  const guess = { userId: user.id, limit: guessLimit, at } as const;
  return [
    { kind: 'add-passkey', passkey: passkeyOf(person, number), most: 20 },
    { kind: 'add-totp', totp: totpOf(person, number), replaces: null },
    { kind: 'replace-recovery-codes', set: codesOf(person, number) },
    { kind: 'take-guess', use: 'totp', isKnownDevice: true, ...guess },
    { kind: 'take-guess', use: 'recovery-code', isKnownDevice: false, ...guess },
    {
      kind: 'remember-device',
      userId: user.id,
      deviceId: device.id,
      until: at + 86_400_000 + ageOf(tenant),
    },
    { kind: 'begin-sign-in', progress: progressOf(person, number) },
    { kind: 'create-user', user: lockedOutOf(person, number) },
    { kind: 'start-recovery', recovery: recoveryOf(person, number) },
    { kind: 'invite', invitation: invitationOf(person, number) },
  ];
}

/** A person who is signed in and has every authenticator, in a tenant that has one of everything and imports people. */
export async function furnish(store: Store, tenant: TenantId, number: number): Promise<Person> {
  const person = await furnishOAuth(store, tenant, number);
  const changes = [...authenticatorChanges(person, number), ...importChanges(person, number)];
  const written = await store.commit({ tenant, changes, events: [] });
  if (!written.isCommitted) throw new Error(`the authenticators could not be set up: ${written.lost}`);
  const tried = { tenant, userId: person.user.id, at };
  // The first one locks known devices; strangers have as many as they like.
  for (const isKnownDevice of [true, false])
    await store.countPasswordTry({
      ...tried,
      isKnownDevice,
      rule: { ...tryRule, seconds: 900 + ageOf(tenant), failures: isKnownDevice ? 1 : 10 },
    });
  return person;
}
