import { generateKeyPairSync } from 'node:crypto';
import { serviceSignatures } from '@argus/contract';
import { signatureKeyOf, signRequest } from '@argus/http-signatures';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import { ownOrigin } from './stage.ts';

/** A program that is registered, refused, gets another key, is switched off and on, and goes. */
export async function withServices(server: TestServer, administrator: UserAgent): Promise<void> {
  const params = { id: 'lively-api' };
  await administrator.call('adminDeclareService', { params, body: { permissions: ['revocations'] } });
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = publicKey.export({ format: 'jwk' });
  const { body } = await administrator.call('adminAddServiceKey', { params, body: { publicKey: jwk } });
  const key = signatureKeyOf(privateKey, { algorithm: 'ed25519' });
  const path = `/service/v1/sessions/${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}`;
  const request = { method: 'GET', targetUri: `${ownOrigin}${path}`, fields: [] };
  const signing = { key, now: server.clock.now(), nonce: 'once and never again' };
  const fields = signRequest(serviceSignatures, request, signing);
  const headers = Object.fromEntries(fields);
  // Not among its permissions; and then the same signature once more.
  await fetch(new URL(path, server.url), { headers });
  await fetch(new URL(path, server.url), { headers });
  for (const status of ['disabled', 'active'])
    await administrator.call('adminChangeService', { params, body: { status } });
  const [{ keyId }] = body.keys;
  await administrator.call('adminRemoveServiceKey', { params: { ...params, keyId } });
  await administrator.call('adminRemoveService', { params });
}
