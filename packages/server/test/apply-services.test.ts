import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { type Operator, operatorOf } from './admin-stage.ts';
import { openStage } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openStage();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

const newKey = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const apply = (...services: object[]) => operator('adminApply', { body: { services } });
const [first, second, third] = [newKey(), newKey(), newKey()];

test('a service is created with its key, and the second time nothing is changed', async () => {
  const declared = { id: 'notes-api', name: 'Notes', permissions: ['revocations'], publicKey: first };
  const { body } = await apply(declared);
  assert.deepEqual(body, { changes: [{ kind: 'create', what: 'service', name: 'notes-api' }], unchanged: 0 });
  assert.deepEqual((await apply(declared)).body, { changes: [], unchanged: 1 });
});

test('it has the declared keys and no others, and keeps its keys where none are declared', async () => {
  const declared = { id: 'notes-api', name: 'Notes', permissions: ['revocations'] };
  const { body } = await apply({ ...declared, publicKeys: [second, third] });
  assert.deepEqual(body.changes[0].fields, ['publicKeys']);
  const shown = async () => (await operator('adminShowService', { params: { id: 'notes-api' } })).body;
  assert.equal((await shown()).keys.length, 2);
  assert.deepEqual((await apply(declared)).body, { changes: [], unchanged: 1 });
  assert.equal((await shown()).keys.length, 2);
  assert.deepEqual((await apply({ ...declared, name: 'Others' })).body.changes[0].fields, ['name']);
});

test('what cannot be is told with its place, and nothing is written', async () => {
  const mistakesOf = async (...services: object[]) =>
    (await apply(...services)).body.errors.map(({ path }: { path: string }) => path);
  const key = newKey();
  assert.deepEqual(await mistakesOf({ id: 'a', publicKey: key }, { id: 'b', publicKey: key }), [
    'services.1.publicKeys.0',
  ]);
  assert.deepEqual(await mistakesOf({ id: 'thief', publicKey: third }), ['services.0.publicKeys.0']);
  assert.deepEqual(await mistakesOf({ id: 'notes-api', tenant: 'other' }), ['services.0.id']);
  assert.deepEqual(await mistakesOf({ id: 'x', tenant: 'nowhere' }), ['services.0.tenant']);
  const { privateKey } = generateKeyPairSync('ed25519');
  assert.deepEqual(await mistakesOf({ id: 'open', publicKey: privateKey.export({ format: 'jwk' }) }), [
    'body.services.0.publicKey',
  ]);
  const { body } = await operator('adminListServices');
  assert.deepEqual(
    body.services.map(({ id }: { id: string }) => id),
    ['notes-api'],
  );
});
