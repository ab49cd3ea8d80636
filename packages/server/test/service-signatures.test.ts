import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { operatorOf, told } from './admin-stage.ts';
import { type Asking, answerTo, openService, type Service, signed } from './service-stage.ts';
import { openStage, type Person, someone, withKey } from './stage.ts';

let server: TestServer;
let service: Service;
let elsewhere: Service;
let person: Person;
before(async () => {
  server = await openStage();
  await operatorOf(server);
  service = await openService(server, 'notes-api');
  elsewhere = await openService(server, 'other-api', { tenant: 'other' });
  person = await someone(server);
});
after(() => server[Symbol.asyncDispose]());

const showing = (sessionId: string = person.sessionId): Asking => ({
  path: `/service/v1/sessions/${sessionId}`,
});
const asking = (token: string): Asking => ({
  method: 'POST',
  path: '/service/v1/introspect',
  json: { token },
});

async function ask(of: Service, what: Asking) {
  const request = signed(server, of, what);
  return answerTo(server, request, await request.send());
}

describe('what a service signs is answered, and the answer is signed for it', () => {
  test('a session of its tenant', async () => {
    const { status, body, rejection } = await ask(service, showing());
    assert.deepEqual([status, rejection], [200, undefined]);
    const { id, userId, state } = body as Record<string, unknown>;
    assert.deepEqual([id, userId, state], [person.sessionId, person.userId, 'active']);
  });

  test('a refusal, too', async () => {
    const { status, rejection } = await ask(service, showing('00000000-0000-7000-8000-000000000000'));
    assert.deepEqual([status, rejection], [404, undefined]);
  });

  test('an answer to one request is none to another', async () => {
    const [one, two] = [signed(server, service, showing()), signed(server, service, showing())];
    const response = await one.send();
    assert.equal((await answerTo(server, two, response)).rejection, 'bad-signature');
  });

  test('a live token is told from a dead one', async () => {
    const access = person.browser.cookies.get('__Host-argus_access') ?? '';
    assert.deepEqual((await ask(service, asking(access))).body, { active: true });
    assert.deepEqual((await ask(service, asking('no token at all'))).body, { active: false });
    const gone = await someone(server);
    const old = gone.browser.cookies.get('__Host-argus_access') ?? '';
    await gone.browser.call('endSession');
    assert.deepEqual((await ask(service, asking(old))).body, { active: false });
  });

  test('a body that is no JSON of the contract is refused after its signature was verified', async () => {
    const request = signed(server, service, { ...asking('x'), json: { token: '', more: 1 } });
    const { status, body, rejection } = await answerTo(server, request, await request.send());
    assert.deepEqual([status, rejection], [400, undefined]);
    assert.equal((body as { code: string }).code, 'invalid_request');
  });
});

describe('refused, with 401 and an answer that nobody signed:', () => {
  const refusals: [string, () => Promise<Response>][] = [
    ['a request without a signature', () => fetch(new URL(showing().path, server.url))],
    [
      'another path than was signed',
      () => signed(server, service, { ...showing(), sentPath: `${showing().path}?` }).send(),
    ],
    [
      'another body than was signed',
      () => signed(server, service, { ...asking('a'), body: '{"token":"b"}' }).send(),
    ],
    [
      'another content type than was signed',
      () => signed(server, service, { ...asking('a'), headers: { 'content-type': 'text/plain' } }).send(),
    ],
    [
      'a request for another Argus',
      () => signed(server, service, { ...showing(), issuer: 'https://evil.example' }).send(),
    ],
    [
      'one that is two minutes old',
      () => signed(server, service, { ...showing(), now: server.clock.now() - 120_000 }).send(),
    ],
    [
      'one from the future',
      () => signed(server, service, { ...showing(), now: server.clock.now() + 120_000 }).send(),
    ],
    [
      'one with an authorization that was not signed',
      () => signed(server, service, { ...showing(), headers: { authorization: 'Bearer x' } }).send(),
    ],
  ];
  for (const [what, send] of refusals) {
    test(what, async () => {
      const response = await send();
      assert.equal(response.status, 401);
      assert.equal(((await response.json()) as { code: string }).code, 'invalid_signature');
      assert.equal(response.headers.get('signature'), null);
    });
  }

  test('the same request a second time, on any node', async () => {
    await using second = await openStage({
      databaseUrl: server.argus.services.config.databaseUrl ?? '',
      clock: server.clock,
    });
    const request = signed(server, service, showing());
    assert.equal((await request.send()).status, 200);
    assert.equal((await request.send()).status, 401);
    assert.equal((await request.send(second)).status, 401);
  });

  test('of fifty that come at once with one nonce all but one', async () => {
    const request = signed(server, service, showing());
    const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await request.send()).status));
    assert.equal(statuses.filter((status) => status === 200).length, 1);
    assert.equal(statuses.filter((status) => status === 401).length, 49);
  });

  test('a key that nobody registered, and leaves nothing behind', async () => {
    const before = await marks();
    const { generateKeyPairSync } = await import('node:crypto');
    const { signatureKeyOf } = await import('@argus/http-signatures');
    const stranger = {
      id: 'x',
      key: signatureKeyOf(generateKeyPairSync('ed25519').privateKey, { algorithm: 'ed25519' }),
    };
    assert.equal((await signed(server, stranger, showing()).send()).status, 401);
    assert.equal(await marks(), before);
  });
});

async function marks(): Promise<number> {
  const { rows } = await server.argus.services.store.pool.query<{ count: number }>(
    "SELECT count(*) AS count FROM marks WHERE use = 'service-nonce'",
  );
  return rows[0]?.count ?? 0;
}

describe('another tenant’s service', () => {
  test('finds no session of this one', async () => {
    const { status, rejection } = await ask(elsewhere, showing());
    assert.deepEqual([status, rejection], [404, undefined]);
  });

  test('is told nothing of its tokens', async () => {
    const access = person.browser.cookies.get('__Host-argus_access') ?? '';
    assert.deepEqual((await ask(elsewhere, asking(access))).body, { active: false });
  });
});

describe('a service may do what it is permitted, as long as it is active:', () => {
  test('one without the permission gets a signed 403, and the log is told', async () => {
    const narrow = await openService(server, 'narrow-api', { permissions: ['revocations'] });
    const { status, rejection } = await ask(narrow, showing());
    assert.deepEqual([status, rejection], [403, undefined]);
    const [line] = await told(await operatorOf(server), 'service.refused');
    assert.deepEqual(
      [line.reason, line.actor, line.details.serviceId],
      ['not-permitted', 'service:narrow-api', 'narrow-api'],
    );
  });

  test('a disabled one is refused within a second on every node, and let in again when enabled', async () => {
    const switched = await openService(server, 'switched-api');
    const agent = userAgent(server);
    const set = async (status: string) =>
      agent.call('adminChangeService', {
        headers: await withKey(server),
        params: { id: 'switched-api' },
        body: { status },
      });
    assert.equal((await ask(switched, showing())).status, 200);
    await set('disabled');
    const marks = 'SELECT count(*)::int AS kept FROM marks';
    const { rows: before } = await server.argus.services.store.pool.query(marks);
    assert.equal((await signed(server, switched, showing()).send()).status, 401);
    const { rows: after } = await server.argus.services.store.pool.query(marks);
    assert.deepEqual(after, before, 'and leaves no nonce behind');
    await set('active');
    assert.equal((await ask(switched, showing())).status, 200);
  });

  test('an expired key proves nothing', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { signatureKeyOf } = await import('@argus/http-signatures');
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const expiresAt = new Date(server.clock.now() + 60_000).toISOString();
    const body = { publicKey: publicKey.export({ format: 'jwk' }), expiresAt };
    const added = await userAgent(server).call('adminAddServiceKey', {
      headers: await withKey(server),
      params: { id: 'notes-api' },
      body,
    });
    assert.equal(added.status, 201);
    const brief = { id: 'notes-api', key: signatureKeyOf(privateKey, { algorithm: 'ed25519' }) };
    assert.equal((await ask(brief, showing())).status, 200);
    server.clock.advance(60_000);
    assert.equal((await signed(server, brief, showing()).send()).status, 401);
  });
});

test('the keys of Argus lie open, and are no keys of tokens', async () => {
  const directory = await fetch(new URL('/.well-known/http-message-signatures-directory', server.url));
  assert.equal(directory.headers.get('content-type'), 'application/http-message-signatures-directory+json');
  const { keys } = (await directory.json()) as { keys: { kid: string; crv: string; d?: string }[] };
  assert.deepEqual(
    keys.map(({ crv, d }) => [crv, d]),
    [['Ed25519', undefined]],
  );
  const jwks = (await (await fetch(new URL('/.well-known/jwks.json', server.url))).json()) as {
    keys: { kid: string }[];
  };
  assert.ok(!jwks.keys.some(({ kid }) => kid === keys[0]?.kid));
});
