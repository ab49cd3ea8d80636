import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { CreationOptions, TenantId } from '@argus/contract';
import { auditEvents } from '@argus/store';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { softwareAuthenticator } from '@argus/testing/software-authenticator';
import { totpApp } from '@argus/testing/totp-app';
import { userAgent } from '@argus/testing/user-agent';
import { hash as bcryptOf } from '@node-rs/bcrypt';
import { type Operator, operatorOf } from './admin-stage.ts';
import { auth0Hashes, auth0Users, keycloakRealm, keycloakUser } from './import-samples.ts';
import { countsOf, importFile, lines, signInStatus } from './import-stage.ts';
import { ownOrigin, password } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await startTestServer();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

async function storedHash(email: string): Promise<string> {
  const { rows } = await server.argus.services.store.pool.query<{ phc: string }>(
    'SELECT phc FROM passwords JOIN users u ON u.id = user_id WHERE u.email = $1',
    [email],
  );
  return rows[0]?.phc ?? '';
}

async function userOf(email: string) {
  return (await operator('adminListUsers', { query: { email } })).body.users[0];
}

/** The old password opens the account, a wrong one does not, and from then on the hash is ours. */
async function assertOldPassword(email: string, before: RegExp): Promise<void> {
  assert.match(await storedHash(email), before);
  assert.equal(await signInStatus(server, email, 'another sentence altogether'), 401);
  assert.match(await storedHash(email), before);
  assert.equal(await signInStatus(server, email), 200);
  assert.match(await storedHash(email), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
}

describe('a realm of Keycloak', () => {
  before(async () => {
    const { done, refused } = await importFile(server, operator, {
      format: 'keycloak',
      file: JSON.stringify(keycloakRealm(password), null, 2),
    });
    assert.deepEqual(refused, []);
    assert.deepEqual(countsOf(done), { state: 'finished', rows: 5, created: 5, skipped: 0, refused: 0 });
  });

  const kinds = {
    'sha256@kc.example': /^\$pbkdf2-sha256\$/,
    'sha512@kc.example': /^\$pbkdf2-sha512\$/,
    'argon2@kc.example': /^\$argon2id\$v=19\$m=7168,t=5,p=1\$/,
  };
  for (const [email, kind] of Object.entries(kinds))
    test(`brings the password of ${email} along`, () => assertOldPassword(email, kind));

  test('brings names, verified addresses, roles, groups and ages along, and what is disabled stays so', async () => {
    const user = await userOf('sha256@kc.example');
    assert.deepEqual([user.name, user.roles, user.status], ['Ada Lovelace', ['editor'], 'active']);
    assert.equal(user.createdAt, '2021-03-04T05:06:07.000Z');
    assert.equal((await userOf('sha512@kc.example')).status, 'active');
    assert.equal((await userOf('gone@kc.example')).status, 'disabled');
    assert.equal(await signInStatus(server, 'gone@kc.example'), 401);
    const { rows } = await server.argus.services.store.pool.query(
      "SELECT groups, email_verified_at FROM users WHERE email = 'sha256@kc.example'",
    );
    assert.deepEqual(rows[0].groups, ['staff/engineering']);
    assert.equal(rows[0].email_verified_at, server.clock.now());
  });

  test('brings the secret of codes along', async () => {
    const browser = userAgent(server);
    const first = await browser.call('signIn', { body: { identifier: 'codes@kc.example', password } });
    assert.equal(first.body.state, 'second-factor', JSON.stringify(first.body));
    const secret = 'KVKFKRCPNRZGC4BROV4E46KVIZLDS4TD';
    const { status, body } = await browser.call('signInWithTotp', {
      body: { code: totpApp(secret, { clock: server.clock }).code() },
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(body.session.amr, ['pwd', 'otp', 'mfa']);
  });

  test('of which a file of users alone is read as well', async () => {
    const users = [keycloakUser('alone@kc.example')];
    const file = JSON.stringify({ realm: 'acme', users });
    const { done } = await importFile(server, operator, { format: 'keycloak', file });
    assert.equal(done.created, 1);
  });
});

describe('files of Auth0', () => {
  test('an export of hashes brings bcrypt along, line by line', async () => {
    const file = lines([await auth0Hashes('bcrypt@a0.example', password)]);
    const { done, refused } = await importFile(server, operator, { format: 'auth0', file });
    assert.deepEqual([done.created, refused], [1, []]);
    await assertOldPassword('bcrypt@a0.example', /^\$2b\$10\$/);
  });

  test('users in the form in which it imports them bring their hashes and secrets along', async () => {
    const file = JSON.stringify(await auth0Users(password));
    const { done, refused } = await importFile(server, operator, { format: 'auth0', file });
    assert.deepEqual([done.created, refused], [5, []]);
    await assertOldPassword('pbkdf2@a0.example', /^\$pbkdf2-sha512\$i=1000\$/);
    await assertOldPassword('argon2@a0.example', /^\$argon2id\$/);
    await assertOldPassword('scrypt@a0.example', /^\$scrypt\$ln=14,r=8,p=1\$/);
    assert.equal((await userOf('blocked@a0.example')).status, 'disabled');
    assert.equal((await userOf('pbkdf2@a0.example')).name, 'Grace Hopper');
    assert.equal((await userOf('argon2@a0.example')).name, null);
    const browser = userAgent(server);
    await browser.call('signIn', { body: { identifier: 'codes@a0.example', password } });
    const code = totpApp('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', { clock: server.clock }).code();
    assert.equal((await browser.call('signInWithTotp', { body: { code } })).status, 200);
  });
});

describe('a table', () => {
  test('brings everything along that a person may have', async () => {
    const hash = await bcryptOf(password, { cost: 4 });
    const passkeys = JSON.stringify([
      {
        credentialId: 'AAAA',
        publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
      },
    ]);
    const file = [
      'email,name,roles,groups,emailVerified,passwordHash,passkeys,createdAt,disabled',
      `Table@Example.org,"Lovelace, Ada",editor;reader,"a;b c",true,${hash},"${passkeys.replaceAll('"', '""')}",2020-01-02T03:04:05+01:00,`,
      'off@example.org,,,,no,,,,yes',
    ].join('\r\n');
    const { done, refused } = await importFile(server, operator, { format: 'csv', file });
    assert.deepEqual([done.created, refused], [2, []]);
    const user = await userOf('table@example.org');
    assert.deepEqual([user.name, user.roles], ['Lovelace, Ada', ['editor', 'reader']]);
    assert.equal(user.createdAt, '2020-01-02T02:04:05.000Z');
    assert.equal(await signInStatus(server, 'table@example.org'), 200);
    assert.equal((await userOf('off@example.org')).status, 'disabled');
  });
});

describe('a passkey that another system registered', () => {
  const kinds = {
    'a JWK on P-256': [-7, 'jwk'],
    'a JWK of Ed25519': [-8, 'jwk'],
    'a JWK of RSA': [-257, 'jwk'],
    'a SubjectPublicKeyInfo': [-7, 'spki'],
    'a COSE key': [-8, 'cose'],
  } as const;
  for (const [number, [what, [algorithm, form]]] of Object.entries(kinds).entries()) {
    test(`signs in by ${what}, whose user handle and backup are that system’s`, async () => {
      const { random } = server.argus.services;
      const key = softwareAuthenticator({ random, origin: ownOrigin, be: true, bs: true });
      const handle = Buffer.from(`user-${number}-of-another-system`).toString('base64url');
      const asked = optionsFor(handle);
      key.register(asked, { algorithm });
      const passkey = key.passkeys[0];
      assert.ok(passkey);
      const email = `passkey-${number}@example.org`;
      const publicKey = {
        jwk: () => createPublicKey(passkey.privateKey).export({ format: 'jwk' }),
        spki: () =>
          createPublicKey(passkey.privateKey).export({ format: 'der', type: 'spki' }).toString('base64url'),
        cose: () => passkey.publicKey.toString('base64url'),
      }[form]();
      const credentialId = passkey.credentialId.toString('base64url');
      const person = {
        email,
        emailVerified: true,
        passkeys: [{ credentialId, publicKey, userHandle: handle }],
      };
      const { done, refused } = await importFile(server, operator, { format: 'json', file: lines([person]) });
      assert.deepEqual([done.created, refused], [1, []]);
      const signIn = async (ceremony = {}) => {
        const browser = userAgent(server);
        const asked = await browser.call('signInPasskeyOptions');
        const credential = key.authenticate(asked.body.options, ceremony);
        return browser.call('signInWithPasskey', { body: { credential } });
      };
      assert.equal((await signIn({ userHandle: 'AAAA' })).status, 401);
      const { status, body } = await signIn();
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(body.user.email, email);
      assert.deepEqual(body.session.amr, ['swk', 'user', 'mfa']);
      // What was learnt of its backup holds from then on.
      assert.equal((await signIn({ be: false, bs: false })).status, 401);
      assert.equal((await signIn()).status, 200);
    });
  }

  test('in a realm of Keycloak names its user as Keycloak did', async () => {
    const key = softwareAuthenticator({ random: server.argus.services.random, origin: ownOrigin });
    const id = '0b4ba5cd-0f0c-4b52-8c1b-f37f7f4e0f6c';
    key.register(optionsFor(Buffer.from(id).toString('base64url')));
    const passkey = key.passkeys[0];
    assert.ok(passkey);
    const credentialData = {
      aaguid: '00000000-0000-0000-0000-000000000000',
      credentialId: passkey.credentialId.toString('base64'),
      counter: 0,
      attestationStatement: null,
      credentialPublicKey: passkey.publicKey.toString('base64url'),
      attestationStatementFormat: 'none',
      transports: ['INTERNAL'],
    };
    const credential = {
      type: 'webauthn-passwordless',
      userLabel: 'Phone',
      createdDate: 1_600_000_000_000,
      secretData: '{}',
      credentialData: JSON.stringify(credentialData),
    };
    const user = { ...keycloakUser('passkey@kc.example'), id, credentials: [credential] };
    const file = JSON.stringify({ realm: 'acme', users: [user] });
    const { refused } = await importFile(server, operator, { format: 'keycloak', file });
    assert.deepEqual(refused, []);
    const browser = userAgent(server);
    const { body } = await browser.call('signInPasskeyOptions');
    const answer = await browser.call('signInWithPasskey', {
      body: { credential: key.authenticate(body.options) },
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.user.email, 'passkey@kc.example');
  });
});

test('everybody who came along is told of in the audit log, once, with what brought them', async () => {
  const email = 'told@example.org';
  const { done } = await importFile(server, operator, {
    format: 'json',
    file: lines([{ email, roles: ['editor'] }]),
  });
  const { id } = await userOf(email);
  const { store } = server.argus.services;
  const { items } = await auditEvents(store.pool, 'default' as TenantId, { userId: id, limit: 10 });
  assert.deepEqual(
    items.map(({ type, actor, reason, details }) => ({ type, actor, reason, details })),
    [
      {
        type: 'user.created',
        actor: 'system',
        reason: 'import',
        details: { importId: done.id, startedBy: 'operator', roles: ['editor'] },
      },
    ],
  );
});

/** What a browser would have been asked by the other system. */
function optionsFor(userHandle: string): CreationOptions {
  return {
    rp: { id: 'localhost', name: 'Another system' },
    user: { id: userHandle, name: 'x', displayName: 'x' },
    challenge: createHash('sha256').update(userHandle).digest('base64url'),
    pubKeyCredParams: [],
    timeout: 60_000,
    excludeCredentials: [],
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    hints: [],
    attestation: 'none',
    extensions: { credProps: true },
  };
}
