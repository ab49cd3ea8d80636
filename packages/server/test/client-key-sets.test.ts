import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { eventsOf } from './oauth-holders.ts';
import { askToken, issuerOf, openProvider, registerClient } from './oauth-stage.ts';

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Where a client publishes its keys. */
interface Publisher {
  readonly jwksUri: string;
  answer: { readonly status: number; readonly keys: readonly object[] };
  /** How often it was asked. */
  asked: number;
  readonly server: Server;
}

const minuteMs = 60_000;
let server: TestServer;
const publishers: Publisher[] = [];

before(async () => {
  server = await openProvider();
});
after(async () => {
  for (const { server: publishing } of publishers) await stop(publishing);
  await server[Symbol.asyncDispose]();
});

function stop(publishing: Server): Promise<void> {
  publishing.closeAllConnections();
  return new Promise((resolve) => publishing.close(() => resolve()));
}

async function publish(...keys: readonly object[]): Promise<Publisher> {
  const publishing = createServer((_request, response) => {
    publisher.asked += 1;
    const { status, keys: published } = publisher.answer;
    response.writeHead(status, { 'content-type': 'application/jwk-set+json' });
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => publishing.listen(0, '127.0.0.1', resolve));
  const { port } = publishing.address() as AddressInfo; // it listens on TCP
  const jwksUri = `http://127.0.0.1:${port}/jwks`;
  const publisher: Publisher = { jwksUri, answer: { status: 200, keys }, asked: 0, server: publishing };
  publishers.push(publisher);
  return publisher;
}

function newPair(): Pair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function jwkOf({ publicKey }: Pair, kid?: string): object {
  return { ...publicKey.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }) };
}

function declare(id: string, { jwksUri }: Publisher) {
  return registerClient(server, id, {
    authMethod: 'private_key_jwt',
    jwksUri,
    grantTypes: ['client_credentials'],
    scopes: [],
    redirectUris: [],
  });
}

let assertions = 0;

/** The status of a client that shows an assertion by this key, which its header names or not. */
async function statusOf(clientId: string, { privateKey }: Pair, kid?: string): Promise<number> {
  assertions += 1;
  const iat = Math.floor(server.clock.now() / 1000);
  const claims = { iss: clientId, sub: clientId, aud: issuerOf(server), jti: `jti-${assertions}`, iat };
  const parts = [
    { alg: 'ES256', ...(kid === undefined ? {} : { kid }) },
    { ...claims, exp: iat + 60 },
  ];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const { status } = await askToken(server, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${input}.${signature.toString('base64url')}`,
  });
  return status;
}

async function lastReason(): Promise<string | undefined> {
  return (await eventsOf(server, 'client.refused'))[0]?.reason;
}

describe('a client that publishes its keys', () => {
  test('may leave them without a name, and is asked for them once', async () => {
    const pair = newPair();
    const publisher = await publish(jwkOf(newPair()), jwkOf(pair));
    await declare('nameless', publisher);
    assert.equal(publisher.asked, 0, 'nobody asks before there is something to verify');
    assert.equal(await statusOf('nameless', pair), 200);
    assert.equal(await statusOf('nameless', pair), 200);
    assert.equal(await statusOf('nameless', newPair()), 401);
    assert.equal(await lastReason(), 'bad-signature');
    assert.equal(publisher.asked, 1);
  });

  test('may change them: a new name is looked up at once, but not by everybody who makes one up', async () => {
    const [old, next] = [newPair(), newPair()];
    const publisher = await publish(jwkOf(old, 'old'));
    await declare('rotating', publisher);
    assert.equal(await statusOf('rotating', old, 'old'), 200);
    publisher.answer = { status: 200, keys: [jwkOf(next, 'next')] };
    assert.equal(await statusOf('rotating', next, 'next'), 401, 'within the pause between two look-ups');
    assert.equal(await lastReason(), 'unknown-key');
    assert.equal(publisher.asked, 1);
    server.clock.advance(minuteMs / 2);
    assert.equal(await statusOf('rotating', next, 'next'), 200);
    assert.equal(await statusOf('rotating', old, 'old'), 401, 'a key that was taken back proves nothing');
    assert.equal(publisher.asked, 2);
  });

  test('may change those without a name: the set is fetched anew when it is five minutes old', async () => {
    const [old, next] = [newPair(), newPair()];
    const publisher = await publish(jwkOf(old));
    await declare('nameless-rotating', publisher);
    assert.equal(await statusOf('nameless-rotating', old), 200);
    publisher.answer = { status: 200, keys: [jwkOf(next)] };
    server.clock.advance(5 * minuteMs);
    // Whoever comes first is still judged by the old set, and has the new one fetched behind the answer.
    assert.equal(await statusOf('nameless-rotating', old), 200);
    await fetchedAgain('nameless-rotating', publisher);
    assert.equal(await statusOf('nameless-rotating', next), 200);
    assert.equal(await statusOf('nameless-rotating', old), 401);
  });

  test('stays who it is while nobody can reach its keys', async () => {
    const pair = newPair();
    const publisher = await publish(jwkOf(pair, 'one'));
    await declare('down', publisher);
    assert.equal(await statusOf('down', pair, 'one'), 200);
    publisher.answer = { status: 503, keys: [] };
    server.clock.advance(10 * minuteMs);
    assert.equal(await statusOf('down', pair, 'one'), 200);
    await stop(publisher.server);
    server.clock.advance(10 * minuteMs);
    assert.equal(await statusOf('down', pair, 'one'), 200);
    assert.equal(await statusOf('down', newPair(), 'one'), 401);
  });

  test('is refused while they could never be fetched, and taken when they can', async () => {
    const pair = newPair();
    const publisher = await publish(jwkOf(pair));
    publisher.answer = { status: 500, keys: [] };
    await declare('never-seen', publisher);
    assert.equal(await statusOf('never-seen', pair), 401);
    assert.equal(await lastReason(), 'unknown-key');
    publisher.answer = { status: 200, keys: [jwkOf(pair)] };
    server.clock.advance(minuteMs / 2);
    assert.equal(await statusOf('never-seen', pair), 200);
  });

  test('is never known by the keys of another client', async () => {
    const [own, foreign] = [newPair(), newPair()];
    await declare('first-of-two', await publish(jwkOf(own)));
    await declare('second-of-two', await publish(jwkOf(foreign)));
    assert.equal(await statusOf('first-of-two', own), 200);
    assert.equal(await statusOf('second-of-two', foreign), 200);
    assert.equal(await statusOf('first-of-two', foreign), 401);
  });
});

/** Waits for a fetch that nobody waits for, by asking the server itself what it knows. */
async function fetchedAgain(clientId: string, publisher: Publisher): Promise<void> {
  const { clients, clientKeys } = server.argus.services;
  const client = await clients.find(clientId);
  assert.ok(client);
  // A name that no set has makes the next look-up share the fetch that is on its way.
  const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'none' })).toString('base64url');
  await clientKeys.of(client, `${header}.e30.AA`);
  assert.equal(publisher.asked, 2);
}
