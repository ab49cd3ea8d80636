import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { type Algorithm, hashRawSync, hashSync, type Version } from '@node-rs/argon2';
import { hash as bcryptOf } from '@node-rs/bcrypt';

/*
 * Files as Keycloak 26 and Auth0 write them, made for these tests from what their documentation and code say of the form:
 * nobody's data, and the hashes are of the password that the test names.
 */

const salt = Buffer.from('0123456789abcdef');

/** JSON within JSON, as Keycloak keeps what belongs to a credential. */
const credential = (type: string, secretData: object, credentialData: object) => ({
  id: '4a5f0a1e-7a0b-4b53-8c40-000000000001',
  type,
  userLabel: type === 'password' ? 'My password' : 'Phone',
  createdDate: 1_614_834_367_000,
  secretData: JSON.stringify(secretData),
  credentialData: JSON.stringify(credentialData),
});

function keycloakPbkdf2(password: string, digest: 'sha256' | 'sha512') {
  const [rounds, length] = digest === 'sha256' ? [27_500, 64] : [30_000, 64];
  const value = pbkdf2Sync(password, salt, rounds, length, digest).toString('base64');
  return credential(
    'password',
    { value, salt: salt.toString('base64'), additionalParameters: {} },
    { hashIterations: rounds, algorithm: `pbkdf2-${digest}`, additionalParameters: {} },
  );
}

function keycloakArgon2(password: string) {
  const value = hashRawSync(password, {
    algorithm: 2 satisfies Algorithm.Argon2id,
    version: 1 satisfies Version.V0x13,
    memoryCost: 7168,
    timeCost: 5,
    parallelism: 1,
    outputLen: 32,
    salt,
  }).toString('base64');
  const additionalParameters = {
    hashLength: ['32'],
    memory: ['7168'],
    type: ['id'],
    version: ['1.3'],
    parallelism: ['1'],
  };
  return credential(
    'password',
    { value, salt: salt.toString('base64'), additionalParameters: {} },
    { hashIterations: 5, algorithm: 'argon2', additionalParameters },
  );
}

/** Keycloak keeps the text whose bytes are the secret; the app was shown the base32 of them. */
const keycloakOtp = credential(
  'otp',
  { value: 'UTUDOlrap1uxNyUFV9rc' },
  { subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' },
);

export function keycloakUser(email: string, credentials: readonly object[] = []) {
  return {
    id: '0b4ba5cd-0f0c-4b52-8c1b-000000000000',
    username: email.split('@')[0],
    firstName: 'Ada',
    lastName: 'Lovelace',
    email,
    emailVerified: true,
    createdTimestamp: Date.UTC(2021, 2, 4, 5, 6, 7),
    enabled: true,
    totp: false,
    credentials,
    disableableCredentialTypes: [],
    requiredActions: [],
    realmRoles: ['default-roles-acme', 'offline_access', 'uma_authorization', 'editor'],
    clientRoles: { account: ['manage-account'] },
    notBefore: 0,
    groups: ['/staff/engineering'],
  };
}

/** A realm with what stands around the users in one. */
export function keycloakRealm(password: string): object {
  return {
    id: 'acme',
    realm: 'acme',
    enabled: true,
    roles: { realm: [{ name: 'editor', composite: false }], client: { account: [] } },
    users: [
      keycloakUser('sha256@kc.example', [keycloakPbkdf2(password, 'sha256')]),
      keycloakUser('sha512@kc.example', [keycloakPbkdf2(password, 'sha512')]),
      keycloakUser('argon2@kc.example', [keycloakArgon2(password)]),
      keycloakUser('codes@kc.example', [keycloakPbkdf2(password, 'sha256'), keycloakOtp]),
      { ...keycloakUser('gone@kc.example', [keycloakPbkdf2(password, 'sha256')]), enabled: false },
    ],
    clients: [{ clientId: 'account', users: ['not these'] }],
    keycloakVersion: '26.0.0',
  };
}

/** A line of the file of password hashes that Auth0 makes on request. */
export async function auth0Hashes(email: string, password: string): Promise<object> {
  return {
    _id: { $oid: '60425da93519d90068f82966' },
    email_verified: false,
    email,
    passwordHash: await bcryptOf(password, { cost: 10 }),
    password_set_date: { $date: '2021-03-05T16:34:49.502Z' },
    tenant: 'dev-rwsbs6ym',
    connection: 'Username-Password-Authentication',
    _tmp_is_unique: true,
  };
}

const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

/** Users as Auth0 takes them in. */
export async function auth0Users(password: string): Promise<readonly object[]> {
  const pbkdf2 = pbkdf2Sync(password, salt, 1000, 64, 'sha512');
  const custom = (algorithm: string, value: string, more: object = {}) => ({
    custom_password_hash: { algorithm, hash: { value, encoding: 'utf8' }, ...more },
  });
  const phc = hashSync(password, { memoryCost: 4096, timeCost: 3, parallelism: 1 });
  const scrypt = scryptSync(password, 'a salt', 64).toString('hex');
  return [
    {
      user_id: 'auth0|1',
      email: 'pbkdf2@a0.example',
      email_verified: true,
      given_name: 'Grace',
      family_name: 'Hopper',
      app_metadata: { plan: 'full' },
      ...custom('pbkdf2', `$pbkdf2-sha512$i=1000,l=64$${base64(salt)}$${base64(pbkdf2)}`),
    },
    { email: 'argon2@a0.example', name: 'argon2@a0.example', ...custom('argon2', phc) },
    {
      email: 'scrypt@a0.example',
      custom_password_hash: {
        algorithm: 'scrypt',
        hash: { value: scrypt, encoding: 'hex' },
        salt: { value: 'a salt', encoding: 'utf8' },
        keylen: 64,
        cost: 16_384,
        blockSize: 8,
        parallelization: 1,
      },
    },
    {
      email: 'codes@a0.example',
      password_hash: await bcryptOf(password, { cost: 10 }),
      mfa_factors: [
        { totp: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' } },
        { phone: { value: '+15551234567' } },
      ],
    },
    { email: 'blocked@a0.example', blocked: true, created_at: '2020-01-01T00:00:00.000Z' },
  ];
}
