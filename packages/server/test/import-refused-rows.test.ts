import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runImports } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { type Operator, operatorOf } from './admin-stage.ts';
import { countsOf, importFile, lines, someone as personAt, sendFile } from './import-stage.ts';
import { openStage } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openStage();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

const run = () => runImports(server.argus.services);

async function addressesLike(pattern: string): Promise<string[]> {
  const { rows } = await server.argus.services.store.pool.query<{ email: string }>(
    'SELECT email FROM users WHERE email LIKE $1',
    [pattern],
  );
  return rows.map(({ email }) => email);
}

describe('rows that cannot be taken', () => {
  const bad: readonly (readonly [object, string, string])[] = [
    [{}, 'email', 'Invalid input: expected string, received undefined'],
    [{ email: 'nobody' }, 'email', 'is not an e-mail address'],
    [{ email: 'a@b.example', 'e-mail': 1 }, '', 'Unrecognized key: "e-mail"'],
    [{ email: 'a@b.example', roles: ['Not A Role'] }, 'roles.0', 'must match'],
    [
      { email: 'a@b.example', passwordHash: '$1$abc$def' },
      'passwordHash',
      'is of no kind that is understood',
    ],
    [{ email: 'a@b.example', totpSecret: '123!' }, 'totpSecret', 'must be base32'],
    [{ email: 'a@b.example', totpSecret: 'JBSWY3DP' }, 'totpSecret', 'is shorter than 80 bits'],
    [{ email: 'a@b.example', createdAt: '2999-01-01T00:00:00Z' }, 'createdAt', 'lies in the future'],
    [{ email: 'a@b.example', groups: ['\u0007'] }, 'groups.0', 'must not contain control characters'],
    [
      { email: 'a@b.example', passkeys: [{ credentialId: 'AAAA', publicKey: 'AAAA' }] },
      'passkeys.0.publicKey',
      'is no key of Ed25519',
    ],
    [{ email: 'a@b.example', roles: ['admin'] }, 'roles', 'holds admin, a role of administration'],
  ];

  test('are told with their number, their place and a reason, and keep nobody else out', async () => {
    const file = lines([personAt(1), ...bad.map(([row]) => row), personAt(2)]);
    const { done, refused } = await importFile(server, operator, { format: 'json', file });
    assert.deepEqual(countsOf(done), {
      state: 'finished',
      rows: bad.length + 2,
      created: 2,
      skipped: 0,
      refused: bad.length,
    });
    assert.deepEqual(
      refused.map(({ row, path }) => [row, path]),
      bad.map(([, path], at) => [at + 2, path]),
    );
    for (const [at, [, , reason]] of bad.entries())
      assert.ok(refused[at]?.reason.includes(reason), refused[at]?.reason);
    assert.deepEqual(await addressesLike('a@b.example'), []);
  });

  test('are told of in pages', async () => {
    const { id } = await sendFile(operator, { format: 'json', file: lines([{}, {}, {}]) });
    await run();
    const page = async (query: Record<string, string>) =>
      (await operator('adminListRefusedRows', { params: { id }, query })).body;
    const first = await page({ limit: '2' });
    assert.deepEqual(
      first.rows.map(({ row }: { row: number }) => row),
      [1, 2],
    );
    const second = await page({ limit: '2', cursor: first.nextCursor });
    assert.deepEqual([second.rows.map(({ row }: { row: number }) => row), second.nextCursor], [[3], null]);
  });

  test('of Keycloak and Auth0 name the place in the words of those', async () => {
    const otp = {
      type: 'otp',
      secretData: '{"value":"abc"}',
      credentialData: '{"subType":"hotp","digits":6,"period":30,"algorithm":"HmacSHA1"}',
    };
    const users = [
      { username: 'nobody' },
      { email: 'a@b.example', credentials: [{ type: 'password', value: 'in clear' }] },
      { email: 'a@b.example', credentials: [{ type: 'password', secretData: '{', credentialData: '{}' }] },
      { email: 'a@b.example', credentials: [otp] },
      { email: 'a@b.example', credentials: [{ type: 'x509' }] },
      { email: 'a@b.example', serviceAccountClientId: 'backend' },
    ];
    const keycloak = await importFile(server, operator, {
      format: 'keycloak',
      file: JSON.stringify({ users }),
    });
    assert.deepEqual(
      keycloak.refused.map(({ path }) => path),
      [
        'email',
        'credentials.0.secretData',
        'credentials.0.secretData',
        'credentials.0.credentialData',
        'credentials.0.type',
        'serviceAccountClientId',
      ],
    );
    const file = lines([
      { email: 'a@b.example', custom_password_hash: { algorithm: 'md5', hash: { value: 'x' } } },
      { name: 'nobody' },
    ]);
    const auth0 = await importFile(server, operator, { format: 'auth0', file });
    assert.deepEqual(
      auth0.refused.map(({ path }) => path),
      ['custom_password_hash.algorithm', 'email'],
    );
    const report = JSON.stringify([keycloak.refused, auth0.refused]);
    assert.ok(!report.includes('in clear') && !report.includes('abc'));
  });
});

describe('an address that has an account', () => {
  const file = lines([personAt(10), personAt(11), personAt(10, { name: 'Again' })]);

  test('is passed over, in whatever case it is written, and the account stays as it is', async () => {
    const first = await importFile(server, operator, { format: 'json', file });
    assert.deepEqual([first.done.created, first.done.skipped], [2, 1]);
    const again = lines([personAt(10, { name: 'Other' }), { email: 'IMPORTED-11@Example.ORG' }]);
    const { done } = await importFile(server, operator, { format: 'json', file: again });
    assert.deepEqual(countsOf(done), { state: 'finished', rows: 2, created: 0, skipped: 2, refused: 0 });
    const { body } = await operator('adminListUsers', { query: { email: 'imported-10@example.org' } });
    assert.equal(body.users[0].name, null);
  });

  test('is refused where that was asked for', async () => {
    const { done, refused } = await importFile(server, operator, {
      format: 'json',
      file,
      onExisting: 'refuse',
    });
    assert.deepEqual([done.created, done.refused], [0, 3]);
    assert.deepEqual(refused[0], { row: 1, path: 'email', reason: 'has an account already' });
  });
});
