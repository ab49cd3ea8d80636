import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { endpoints, serviceSignatures } from '@argus/contract';
import {
  type FieldLine,
  keyDirectoryPath,
  parseKeyDirectory,
  type RequestMessage,
  type SignatureKey,
  signatureKeyOf,
  signRequest,
  verifyResponse,
} from '@argus/http-signatures';
import { Failure, messageOf } from './failure.ts';
import { deadline, newNonce, now } from './services/machine.ts';

/** What a signed question with a key came to. */
export interface KeyChecked {
  readonly keyId: string;
  /** `known`: answered, and the answer was signed for it; `not-permitted`: the same, but for what it may do. */
  readonly outcome: 'known' | 'not-permitted' | 'refused';
  /** How far Argus's clock is ahead of this one; null where it does not say. */
  readonly clockAheadSeconds: number | null;
}

export interface Checking {
  readonly url: string;
  /** What signatures name; the same as `url` unless Argus is reached on another way. */
  readonly issuer: string;
  readonly key: SignatureKey;
}

/** Nobody has this session: the answer is the same 404 for every service that may ask. */
const nobodys = '00000000-0000-7000-8000-000000000000';
const timeoutMs = 10_000;

/** The private key in a file, as a JWK or PEM. */
export async function privateKeyIn(file: string): Promise<SignatureKey> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    const key = text.startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
      : createPrivateKey(text);
    return signatureKeyOf(key, { algorithm: 'ed25519' });
  } catch (error) {
    throw new Failure(`${file} holds no private key of the kind Ed25519: ${messageOf(error)}`);
  }
}

/** Ask Argus something with this key, as its program would, and see whether both sides prove themselves. */
export async function checkKey({ url, issuer, key }: Checking): Promise<KeyChecked> {
  const path = endpoints.serviceShowSession.path.replace('{sid}', nobodys);
  const targetUri = `${issuer}${path}`;
  const fields = signRequest(
    serviceSignatures,
    { method: 'GET', targetUri, fields: [] },
    { key, now: now(), nonce: newNonce() },
  );
  const response = await asked(`${url}${path}`, fields);
  const clockAheadSeconds = aheadOf(response);
  const about = { keyId: key.keyid, clockAheadSeconds };
  if (response.status === 401) return { ...about, outcome: 'refused' };
  const request: RequestMessage = { kind: 'request', method: 'GET', targetUri, fields };
  const keys = await directoryOf(url);
  const verified = await verifyResponse(
    serviceSignatures,
    { kind: 'response', status: response.status, fields: [...response.headers], request },
    {
      body: new Uint8Array(await response.arrayBuffer()),
      findKey: (keyid) => keys.find((each) => each.keyid === keyid),
      now: now(),
    },
  );
  if (!verified.ok) throw new Failure(`${url} answers, but not as Argus signs (${verified.rejection}).`);
  return { ...about, outcome: response.status === 403 ? 'not-permitted' : 'known' };
}

async function asked(url: string, fields: readonly FieldLine[]): Promise<Response> {
  try {
    const headers = fields.map(([name, value]): [string, string] => [name, value]);
    return await fetch(url, { headers, redirect: 'error', signal: deadline(timeoutMs) });
  } catch (error) {
    throw new Failure(`${new URL(url).origin} cannot be reached: ${messageOf(error)}`);
  }
}

async function directoryOf(url: string): Promise<readonly SignatureKey[]> {
  const directory = parseKeyDirectory(await (await asked(`${url}${keyDirectoryPath}`, [])).text());
  if (directory.ok) return directory.keys;
  throw new Failure(`${url} publishes no keys that can be used (${directory.rejection}).`);
}

function aheadOf({ headers }: Response): number | null {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? null : Math.round((date - now()) / 1000);
}
