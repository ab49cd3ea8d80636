import {
  type KeycloakOtp,
  type KeycloakPassword,
  type KeycloakUser,
  type KeycloakWebauthn,
  keycloakOtpSchema,
  keycloakPasswordSchema,
  keycloakUserSchema,
  keycloakWebauthnSchema,
  type PersonInput,
} from '@argus/contract';
import type { Mistake } from '@argus/core';
import { toBase32 } from '../../authenticators/totp/base32.ts';
import { phcBase64 } from '../hash-text.ts';
import { firstMistake } from '../mistake.ts';
import { readList } from '../records/list.ts';
import { type Format, type Told, type Translated, wholeName } from './format.ts';

/** A realm that Keycloak exported with its users, or one of the files in which it writes users alone. */
export const keycloak: Format = {
  read: (from) => readList('users', from),
  personOf(value): Translated {
    const read = keycloakUserSchema.safeParse(value);
    return read.success ? told(read.data) : firstMistake(read.error);
  },
};

/** What Keycloak gives everybody; it says nothing about a person. */
const givenToAll = /^(default-roles-.*|offline_access|uma_authorization)$/;

function told(user: KeycloakUser): Translated {
  if (user.serviceAccountClientId)
    return { path: 'serviceAccountClientId', message: 'is the account of a client, and of no person' };
  const credentials = credentialsOf(user);
  if ('message' in credentials) return credentials;
  const person: Told = {
    email: user.email ?? (user.username?.includes('@') ? user.username : ''),
    name: wholeName(user.firstName, user.lastName),
    emailVerified: user.emailVerified,
    disabled: !user.enabled,
    roles: user.realmRoles.filter((role) => !givenToAll.test(role)),
    groups: user.groups.map((path) => path.replace(/^\//, '')),
    createdAt: timeOf(user.createdTimestamp),
    ...credentials,
  };
  return { person };
}

interface Credentials {
  passwordHash?: string;
  totpSecret?: string;
  passkeys: NonNullable<PersonInput['passkeys']>;
}

function credentialsOf(user: KeycloakUser): Credentials | Mistake {
  const found: Credentials = { passkeys: [] };
  for (const [at, credential] of user.credentials.entries()) {
    const mistake = addCredential(found, credential, user);
    if (mistake)
      return { path: `credentials.${at}${mistake.path && `.${mistake.path}`}`, message: mistake.message };
  }
  return found;
}

function addCredential(
  found: Credentials,
  credential: { type?: unknown },
  user: KeycloakUser,
): Mistake | null {
  switch (credential.type) {
    case 'password': {
      const read = keycloakPasswordSchema.safeParse(credential);
      return read.success ? addPassword(found, read.data) : firstMistake(read.error);
    }
    case 'otp': {
      const read = keycloakOtpSchema.safeParse(credential);
      return read.success ? addOtp(found, read.data) : firstMistake(read.error);
    }
    case 'webauthn':
    case 'webauthn-passwordless': {
      const read = keycloakWebauthnSchema.safeParse(credential);
      if (!read.success) return firstMistake(read.error);
      found.passkeys.push(passkeyOf(read.data, user));
      return null;
    }
    // Codes for an emergency are hashed in a way of Keycloak's own: whoever loses a factor gets new ones here.
    case 'recovery-authn-codes':
    case 'password-history':
      return null;
    default:
      return { path: 'type', message: 'is a kind of credential that is not taken' };
  }
}

function addPassword(found: Credentials, { secretData, credentialData }: KeycloakPassword): Mistake | null {
  if (found.passwordHash !== undefined) return { path: '', message: 'is a second password' };
  const hash = phcOf(secretData, credentialData);
  if (hash === null) return { path: 'credentialData.algorithm', message: 'is of no kind that is taken' };
  found.passwordHash = hash;
  return null;
}

function phcOf(
  { value, salt = '' }: KeycloakPassword['secretData'],
  { algorithm, hashIterations, additionalParameters: more }: KeycloakPassword['credentialData'],
): string | null {
  const parts = [salt, value].map((text) => phcBase64(Buffer.from(text, 'base64'))).join('$');
  const digest = /^pbkdf2(?:-(sha256|sha512))?$/.exec(algorithm);
  if (digest) return `$pbkdf2-${digest[1] ?? 'sha1'}$i=${hashIterations}$${parts}`;
  if (algorithm === 'bcrypt') return value;
  if (algorithm !== 'argon2') return null;
  const setting = (name: string) => more[name]?.[0] ?? '';
  const version = setting('version') === '1.0' ? 16 : 19;
  const costs = `m=${setting('memory')},t=${hashIterations},p=${setting('parallelism')}`;
  return `$argon2${setting('type')}$v=${version}$${costs}$${parts}`;
}

function addOtp(found: Credentials, { secretData, credentialData }: KeycloakOtp): Mistake | null {
  const { subType, digits, period, algorithm, secretEncoding } = credentialData;
  if (found.totpSecret !== undefined) return { path: '', message: 'is a second secret for codes' };
  const isOurs = subType === 'totp' && digits === 6 && period === 30 && algorithm === 'HmacSHA1';
  if (!isOurs)
    return { path: 'credentialData', message: 'makes other codes than six digits each thirty seconds' };
  // Unless it says otherwise, Keycloak's secret is the bytes of this very text.
  found.totpSecret = secretEncoding === 'BASE32' ? secretData.value : toBase32(Buffer.from(secretData.value));
  return null;
}

function passkeyOf({ userLabel, createdDate, credentialData }: KeycloakWebauthn, { id }: KeycloakUser) {
  const { credentialId, credentialPublicKey, counter, aaguid, transports } = credentialData;
  return {
    credentialId: base64urlOf(credentialId),
    publicKey: base64urlOf(credentialPublicKey),
    signCount: counter,
    // Keycloak names people to their authenticators by the text of their id.
    ...(id === undefined ? {} : { userHandle: Buffer.from(id).toString('base64url') }),
    aaguid,
    transports: (transports ?? []).map((each) => each.toLowerCase()),
    name: userLabel?.slice(0, 100) || undefined,
    createdAt: timeOf(createdDate),
  };
}

/** Keycloak writes some bytes as base64 and some as base64url. */
function base64urlOf(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const lastInstant = 253_402_300_799_999;

function timeOf(milliseconds: number | null | undefined): string | undefined {
  if (milliseconds === null || milliseconds === undefined) return undefined;
  const isInstant = milliseconds >= 0 && milliseconds <= lastInstant;
  return isInstant ? new Date(milliseconds).toISOString() : undefined;
}
