import { type Instant, type Person, type PersonPasskey, personSchema } from '@argus/contract';
import { canonicalEmail, canonicalName, type Mistake } from '@argus/core';
import { type CoseKey, coseKeyOf } from '../authenticators/passkey/foreign-key.ts';
import { judgeImportedHash } from '../authenticators/password/stored-hash.ts';
import { fromBase32 } from '../authenticators/totp/base32.ts';
import { firstMistake } from './mistake.ts';

/** Somebody whom nothing speaks against but what others have. */
export interface JudgedPerson {
  /** Canonical. */
  readonly email: string;
  readonly name: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly isEmailVerified: boolean;
  readonly isDisabled: boolean;
  readonly phc: string | null;
  readonly totpSecret: Uint8Array | null;
  readonly passkeys: readonly JudgedPasskey[];
  readonly createdAt: Instant | null;
}

export interface JudgedPasskey extends CoseKey {
  readonly credentialId: Uint8Array;
  readonly signCount: number;
  readonly backupEligible: boolean | undefined;
  readonly userHandle: Uint8Array | null;
  readonly transports: readonly string[];
  readonly aaguid: string;
  readonly name: string | null;
  readonly createdAt: Instant | null;
}

/** WebAuthn §4. */
const longestCredentialId = 1023;
const longestUserHandle = 64;
/** As the database holds it. */
const longestKey = 2048;
/** RFC 4226 §4 asks for 128 bits; apps were given 80 for years. */
const shortestSecret = 10;
const noModel = '00000000-0000-0000-0000-000000000000';

/** Judge a row by itself: its form, its hash, its secrets and keys. The first mistake is what is told. */
export function judgePerson(value: unknown, now: Instant): JudgedPerson | Mistake {
  const read = personSchema.safeParse(value);
  if (!read.success) return firstMistake(read.error);
  const person = read.data;
  const email = canonicalEmail(person.email);
  if (email === null) return { path: 'email', message: 'is not an e-mail address' };
  const hashMistake = person.passwordHash ? judgeImportedHash(person.passwordHash) : null;
  if (hashMistake) return { path: 'passwordHash', message: hashMistake };
  const strange = person.groups.findIndex((group) => /\p{Cc}/u.test(group) || !group.isWellFormed());
  if (strange >= 0) return { path: `groups.${strange}`, message: 'must not contain control characters' };
  const createdAt = instantOf(person.createdAt);
  if (createdAt !== null && createdAt > now) return { path: 'createdAt', message: 'lies in the future' };
  const totpSecret = person.totpSecret ? fromBase32(person.totpSecret) : null;
  if (totpSecret !== null && totpSecret.length < shortestSecret)
    return { path: 'totpSecret', message: `is shorter than ${shortestSecret * 8} bits` };
  const passkeys = judgePasskeys(person.passkeys);
  if ('message' in passkeys) return passkeys;
  return { ...factsOf(person), email, passkeys, totpSecret, createdAt };
}

function factsOf({ name, roles, groups, emailVerified, disabled, passwordHash }: Person) {
  return {
    name: canonicalName(name ?? undefined) ?? undefined,
    roles: [...new Set(roles)],
    groups: [...new Set(groups)],
    isEmailVerified: emailVerified,
    isDisabled: disabled,
    phc: passwordHash ?? null,
  };
}

function judgePasskeys(passkeys: readonly PersonPasskey[]): readonly JudgedPasskey[] | Mistake {
  const judged: JudgedPasskey[] = [];
  const seen = new Set<string>();
  for (const [at, passkey] of passkeys.entries()) {
    const one = judgePasskey(passkey);
    if ('message' in one) return { path: `passkeys.${at}.${one.path}`, message: one.message };
    const id = Buffer.from(one.credentialId).toString('hex');
    if (seen.has(id)) return { path: `passkeys.${at}.credentialId`, message: 'is named twice' };
    seen.add(id);
    judged.push(one);
  }
  return judged;
}

function judgePasskey(passkey: PersonPasskey): JudgedPasskey | Mistake {
  const credentialId = Buffer.from(passkey.credentialId, 'base64url');
  if (credentialId.length === 0 || credentialId.length > longestCredentialId)
    return { path: 'credentialId', message: 'has a length that no passkey has' };
  const key = coseKeyOf(passkey.publicKey);
  if (key === null || key.publicKey.length > longestKey)
    return {
      path: 'publicKey',
      message: 'is no key of Ed25519, of ECDSA on P-256 or of RSA with 2,048 bits',
    };
  const userHandle = passkey.userHandle ? Buffer.from(passkey.userHandle, 'base64url') : null;
  if (userHandle !== null && (userHandle.length === 0 || userHandle.length > longestUserHandle))
    return { path: 'userHandle', message: 'has a length that no user handle has' };
  const { signCount, transports } = passkey;
  const [backupEligible, aaguid] = [passkey.backupEligible ?? undefined, passkey.aaguid ?? noModel];
  const createdAt = instantOf(passkey.createdAt);
  const name = canonicalName(passkey.name ?? undefined);
  return { ...key, credentialId, signCount, backupEligible, userHandle, transports, aaguid, name, createdAt };
}

function instantOf(time: string | null | undefined): Instant | null {
  return time ? Date.parse(time) : null;
}
