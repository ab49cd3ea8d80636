import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { applyDocumentSchema } from '@argus/contract';
import { enforcePolicies } from '@argus/server';
import { seeded } from '@argus/testing/seeded';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { type Operator, operatorOf } from './admin-stage.ts';
import { openProvider } from './oauth-stage.ts';
import { holdings, withKey } from './stage.ts';

const newKey = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const clientKey = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
};
const secret = 'a declared secret of the right length';

/** Everything that can be declared, with every field that can be set. */
const whole = {
  tenants: [
    {
      id: 'acme',
      name: 'Acme',
      hosts: ['login.acme.example'],
      domains: ['acme.example'],
      plan: 'professional',
      addOns: ['multi-device-management'],
      policy: { preset: 'pci-dss', session: { idleMinutes: 10 } },
    },
  ],
  resources: [{ tenant: 'acme', id: 'https://notes.example/api', name: 'Notes API', scopes: ['notes.read'] }],
  clients: [
    {
      tenant: 'acme',
      id: 'notes',
      secret,
      name: 'Notes',
      type: 'confidential',
      applicationType: 'web',
      authMethod: 'client_secret_basic',
      redirectUris: ['https://notes.example/cb'],
      postLogoutRedirectUris: ['https://notes.example/'],
      grantTypes: ['authorization_code', 'refresh_token'],
      responseModes: ['query'],
      scopes: ['openid', 'notes.read'],
      resources: ['https://notes.example/api'],
      origins: ['https://notes.example'],
      profile: 'standard',
      requiresPkce: true,
      requiresPar: true,
      requiresDpop: false,
      consent: 'implicit',
      consentDays: null,
      accessTokenAlgorithm: 'ES256',
      idTokenAlgorithm: 'RS256',
      backchannelLogoutUri: 'https://notes.example/logout',
      defaultMaxAgeSeconds: 60,
      refreshIsActivity: false,
      mayIntrospect: true,
    },
    {
      id: 'proven',
      name: 'Proven',
      type: 'confidential',
      authMethod: 'private_key_jwt',
      jwks: { keys: [{ ...clientKey, kid: 'one', alg: 'ES256', use: 'sig' }] },
      redirectUris: ['https://proven.example/cb'],
    },
    {
      id: 'remote',
      name: 'Remote',
      type: 'confidential',
      authMethod: 'private_key_jwt',
      jwksUri: 'https://remote.example/jwks',
      redirectUris: ['https://remote.example/cb'],
    },
  ],
  providers: [
    {
      tenant: 'acme',
      id: 'corp',
      name: 'Corp',
      preset: 'keycloak',
      issuer: 'https://idp.example',
      clientId: 'argus',
      clientSecret: 'upstream',
      scopes: ['openid'],
      domains: ['corp.example'],
      newUsers: 'refuse',
      trustsEmail: false,
      assurance: { aal2Acr: ['gold'], aal2Amr: ['otp'] },
      isShown: false,
    },
  ],
  services: [
    {
      tenant: 'acme',
      id: 'gateway',
      name: 'Gateway',
      permissions: ['introspect', 'revocations'],
      publicKeys: [newKey(), newKey()],
    },
  ],
};

/** What never leaves, and what is only another way to write something. */
const neverExported: Readonly<Record<string, readonly string[]>> = {
  clients: ['secret'],
  providers: ['clientSecret'],
  services: ['publicKey'],
};

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openProvider();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

type Entry = Readonly<Record<string, unknown>>;
type Document = Readonly<Record<string, readonly Entry[]>>;

async function applied(document: Document, to: Operator = operator) {
  const { status, body } = await to('adminApply', { body: document });
  assert.equal(status, 200, JSON.stringify(body));
  return body as { changes: readonly unknown[]; unchanged: number }; // the contract's own answer
}

/** Of the whole installation, or of one tenant. */
async function exported(from: TestServer = server, tenant?: string) {
  const { status, body } = await userAgent(from).call('adminExportConfiguration', {
    headers: await withKey(from),
    query: tenant === undefined ? {} : { tenant },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body as { document: Document; leftOut: readonly Entry[] }; // the contract's own answer
}

/** What policies bring about by themselves is done: sessions are held against them, keys are as large as they ask for. */
async function atRest({ argus }: TestServer): Promise<void> {
  while ((await enforcePolicies(argus.services)) > 0);
  await argus.services.keys.tend('system');
}

async function assertComesBack(document: Document): Promise<void> {
  await atRest(server);
  const held = await holdings(server);
  const { changes } = await applied(document);
  assert.deepEqual(changes, []);
  assert.deepEqual(await holdings(server), held, 'nothing may be written');
}

describe('what is declared comes out as a document', () => {
  test('that applied again writes nothing', async () => {
    await applied(whole);
    const { document } = await exported();
    await assertComesBack(document);
  });

  test('in which every part and every field that can be declared stands, but secrets', async () => {
    await applied(whole);
    const { document } = await exported();
    const { users: _, ...parts } = applyDocumentSchema.shape;
    for (const [part, schema] of Object.entries(parts)) {
      const { element } = schema.unwrap();
      const fields = Object.keys(element.shape).filter((name) => !neverExported[part]?.includes(name));
      const told = new Set((document[part] ?? []).flatMap((entry) => Object.keys(entry)));
      assert.deepEqual(
        fields.filter((name) => !told.has(name)),
        [],
        `fields of ${part}`,
      );
    }
    const text = JSON.stringify(document);
    for (const hidden of [secret, 'upstream']) assert.ok(!text.includes(hidden));
  });

  test('of one tenant when it is named, and of no tenant that is not there', async () => {
    await applied(whole);
    const { document } = await exported(server, 'acme');
    assert.deepEqual(
      document.tenants?.map(({ id }) => id),
      ['acme'],
    );
    for (const part of Object.values(document))
      for (const { tenant } of part) assert.ok(tenant === undefined || tenant === 'acme');
    await assertComesBack(document);
    assert.equal((await operator('adminExportConfiguration', {}, 'nowhere')).status, 404);
  });

  test('that builds the same installation elsewhere', async () => {
    await applied(whole);
    const first = await exported();
    await using elsewhere = await openProvider();
    const there = await operatorOf(elsewhere);
    await applied(first.document, there);
    assert.deepEqual((await exported(elsewhere)).document, first.document);
  });
});

describe('what would mean something else elsewhere is left out and told:', () => {
  test('a disabled client and a disabled service', async () => {
    await applied(whole);
    await operator('adminChangeClient', { params: { id: 'proven' }, body: { status: 'disabled' } });
    await operator('adminDeclareService', { params: { id: 'old' }, body: { permissions: ['introspect'] } });
    await operator('adminChangeService', { params: { id: 'old' }, body: { status: 'disabled' } });
    const { document, leftOut } = await exported();
    assert.deepEqual(leftOut, [
      { what: 'client', name: 'proven', reason: 'disabled' },
      { what: 'service', name: 'old', reason: 'disabled' },
    ]);
    const named = [...(document.clients ?? []), ...(document.services ?? [])].map(({ id }) => id);
    assert.ok(!named.includes('proven') && !named.includes('old'));
    await assertComesBack(document);
    await operator('adminChangeClient', { params: { id: 'proven' }, body: { status: 'active' } });
    await operator('adminRemoveService', { params: { id: 'old' } });
  });

  test('keys that expire', async () => {
    const expiresAt = new Date(server.clock.now() + 60_000).toISOString();
    await operator('adminDeclareService', { params: { id: 'brief' }, body: { permissions: ['introspect'] } });
    const body = { publicKey: newKey(), expiresAt };
    await operator('adminAddServiceKey', { params: { id: 'brief' }, body });
    const { document, leftOut } = await exported();
    assert.deepEqual(leftOut, [{ what: 'service', name: 'brief', reason: 'keys-that-expire' }]);
    assert.equal(document.services?.find(({ id }) => id === 'brief')?.publicKeys, undefined);
    await assertComesBack(document);
    await operator('adminRemoveService', { params: { id: 'brief' } });
  });
});

test('forty random documents all come back without a change', async () => {
  const { random } = seeded(20_260);
  const below = (most: number) => (random.bytes(1)[0] ?? 0) % most;
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T; // it is not empty
  const some = <T>(list: readonly T[]): T[] => list.filter(() => below(2) === 0);
  for (let round = 0; round < 40; round += 1) {
    const tenant = pick(['default', 'other', 'acme']);
    const id = `https://api-${round}.example/`;
    const name = pick(['Näme', 'yes', '- dash', '123', 'a: b # c', '"quoted"', '&anchor']);
    const type = pick(['confidential', 'public']);
    await applied({
      tenants: [{ id: tenant }],
      resources: [{ tenant, id, ...(below(2) ? { name } : {}), scopes: some(['a.read', 'a.write']) }],
      clients: [
        {
          tenant,
          id: `client-${round}`,
          name,
          type,
          redirectUris: [`https://client-${round}.example/cb`],
          resources: some([id]),
          scopes: ['openid', ...some(['profile', 'email', 'a.read'])],
          consentDays: pick([null, 1, 365]),
          refreshIsActivity: below(2) === 0,
        },
      ],
      services: [
        {
          tenant,
          id: `service-${round}`,
          ...(below(2) ? { name } : {}),
          permissions: some(['introspect', 'revocations']),
          ...(below(2) ? { publicKey: newKey() } : {}),
        },
      ],
    });
    if (round % 8 === 7) await assertComesBack((await exported()).document);
  }
});
