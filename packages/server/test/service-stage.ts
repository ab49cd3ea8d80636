import { generateKeyPairSync } from 'node:crypto';
import { type ServicePermission, serviceSignatures } from '@argus/contract';
import {
  type FieldLine,
  type RequestMessage,
  type SignatureKey,
  signatureKeyOf,
  signRequest,
  verifyResponse,
} from '@argus/http-signatures';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { ownOrigin, withKey } from './stage.ts';

export interface Service {
  readonly id: string;
  readonly key: SignatureKey;
}

/** A service of a tenant with one key; its id is unique in the installation. */
export async function openService(
  server: TestServer,
  id: string,
  of: { readonly tenant?: string; readonly permissions?: readonly ServicePermission[] } = {},
): Promise<Service> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const headers = await withKey(server);
  const { tenant = 'default', permissions } = of;
  const agent = userAgent(server);
  const asked = { headers, params: { id }, query: { tenant } };
  await agent.call('adminDeclareService', { ...asked, body: permissions ? { permissions } : {} });
  const jwk = publicKey.export({ format: 'jwk' });
  const { status } = await agent.call('adminAddServiceKey', { ...asked, body: { publicKey: jwk } });
  if (status !== 201) throw new Error(`the key was not taken: ${status}`);
  return { id, key: signatureKeyOf(privateKey, { algorithm: 'ed25519' }) };
}

export interface Asking {
  readonly method?: string;
  readonly path: string;
  readonly json?: unknown;
  readonly nonce?: string;
  /** What is done to the signed request before it is sent. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly sentPath?: string;
  readonly issuer?: string;
  readonly now?: number;
}

let nonces = 0;

export interface Signed {
  readonly message: RequestMessage;
  send(to?: TestServer): Promise<Response>;
}

/** A signed request that is sent as it was signed, but for what the test changes. */
export function signed(server: TestServer, { key }: Service, asking: Asking): Signed {
  nonces += 1;
  const {
    method = 'GET',
    path,
    json,
    nonce = `nonce of this test number ${nonces}`,
    issuer = ownOrigin,
  } = asking;
  const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
  const fields: FieldLine[] = body ? [['content-type', 'application/json']] : [];
  const targetUri = `${issuer}${path}`;
  const request = { method, targetUri, fields, ...(body ? { body } : {}) };
  const now = asking.now ?? server.clock.now();
  const added = signRequest(serviceSignatures, request, { key, now, nonce });
  const message: RequestMessage = { kind: 'request', method, targetUri, fields: [...fields, ...added] };
  const headers = { ...Object.fromEntries(message.fields), ...asking.headers };
  const sent = asking.body ?? body;
  return {
    message,
    send: (to = server) =>
      fetch(new URL(asking.sentPath ?? path, to.url), { method, headers, ...(sent ? { body: sent } : {}) }),
  };
}

/** The JSON of an answer that Argus signed for exactly this request. */
export async function answerTo(
  server: TestServer,
  { message }: Signed,
  response: Response,
): Promise<{ readonly status: number; readonly body: unknown; readonly rejection?: string }> {
  const body = Buffer.from(await response.arrayBuffer());
  const { keys } = server.argus.services;
  const now = server.clock.now();
  const verified = await verifyResponse(
    serviceSignatures,
    { kind: 'response', status: response.status, fields: [...response.headers], request: message },
    { body, findKey: () => publicHalf(keys.serviceKey(now)), now },
  );
  return {
    status: response.status,
    body: body.length > 0 ? JSON.parse(body.toString('utf8')) : null,
    ...(verified.ok ? {} : { rejection: verified.rejection }),
  };
}

function publicHalf({ keyid, key }: SignatureKey): SignatureKey {
  return signatureKeyOf(key.export({ format: 'jwk' }), { algorithm: 'ed25519', keyid });
}
