import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { fakeEpochMs } from '@argus/testing/clock';
import {
  type ExchangeProfile,
  type FieldLine,
  type FindKey,
  type RequestMessage,
  type RequestToSign,
  type RequestVerdict,
  type ResponseToSign,
  type ResponseToVerify,
  type ResponseVerdict,
  type SignatureKey,
  signatureKeyOf,
  signRequest,
  signResponse,
  verifyRequest,
  verifyResponse,
} from '../src/index.ts';

export const now = fakeEpochMs;
export const nowSeconds = now / 1000;

/** Public test keys of RFC 9421, appendix B.1. */
export const rfcEd25519 = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU',
  x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
};
export const rfcP256 = {
  kty: 'EC',
  crv: 'P-256',
  d: 'UpuF81l-kOxbjf7T4mNSv0r5tN67Gim7rnf6EFpcYDs',
  x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA',
  y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0',
};
export const rfcSecret = {
  kty: 'oct',
  k: 'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ',
};

export function publicHalf<Jwk extends { d: string }>({ d: _d, ...shown }: Jwk): Omit<Jwk, 'd'> {
  return shown;
}

const clientSpec = { algorithm: 'ed25519', keyid: 'client' } as const;
const serverSpec = { algorithm: 'ecdsa-p256-sha256', keyid: 'server' } as const;
export const clientKey = signatureKeyOf(rfcEd25519, clientSpec);
export const serverKey = signatureKeyOf(rfcP256, serverSpec);
const knownKeys = [
  signatureKeyOf(publicHalf(rfcEd25519), clientSpec),
  signatureKeyOf(publicHalf(rfcP256), serverSpec),
];

export const findKey: FindKey = (keyid) => knownKeys.find((key) => key.keyid === keyid);
export const findAmong =
  (...keys: readonly SignatureKey[]): FindKey =>
  (keyid) =>
    keys.find((key) => key.keyid === keyid);

export const profile: ExchangeProfile = {
  label: 'argus',
  requestTag: 'argus-service-v1',
  responseTag: 'argus-service-response-v1',
  maxAgeSeconds: 60,
  clockSkewSeconds: 10,
};

/** A nonce for each word, long enough and always the same. */
export const nonceOf = (word: string): string => createHash('sha256').update(word).digest('base64url');
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));
export const noBody = bytesOf('');

export const requestBody = bytesOf('{"hello": "world"}');
export const responseBody = bytesOf('{"message": "good dog"}');

export const plainRequest: RequestToSign = {
  method: 'POST',
  targetUri: 'https://id.example/api/v1/sessions?limit=5&after=x%20y',
  fields: [
    ['Host', 'id.example'],
    ['Content-Type', 'application/json'],
    ['Authorization', 'Bearer abc.def'],
    ['Accept', 'application/json'],
  ],
  body: requestBody,
};

export function asSent(request: RequestToSign, lines: readonly FieldLine[]): RequestMessage {
  const { method, targetUri, fields } = request;
  return { kind: 'request', method, targetUri, fields: [...fields, ...lines] };
}

export function signedRequest(request = plainRequest, nonce = nonceOf('first')): RequestMessage {
  return asSent(request, signRequest(profile, request, { key: clientKey, now, nonce }));
}

export function verifiedRequest(
  request: RequestMessage,
  { body = requestBody, at = now, find = findKey } = {},
): Promise<RequestVerdict> {
  return verifyRequest(profile, request, { body, findKey: find, now: at });
}

export const plainResponse: ResponseToSign = {
  status: 200,
  fields: [['Content-Type', 'application/json']],
  body: responseBody,
  request: signedRequest(),
};

export function signedResponse(response = plainResponse, streaming = false): ResponseToVerify {
  const lines = signResponse(profile, response, { key: serverKey, now, streaming });
  const { status, request, fields } = response;
  return { kind: 'response', status, request, fields: [...fields, ...lines] };
}

export function verifiedResponse(
  response: ResponseToVerify,
  { body = responseBody, at = now, streaming = false } = {},
): Promise<ResponseVerdict> {
  return verifyResponse(profile, response, { body, findKey, now: at, streaming });
}

/** The message with one field put in the place of all of its name, or taken away. */
export function withField<Kind extends { readonly fields: readonly FieldLine[] }>(
  message: Kind,
  name: string,
  value?: string,
): Kind {
  const others = message.fields.filter(([each]) => each.toLowerCase() !== name);
  return { ...message, fields: value === undefined ? others : [...others, [name, value]] };
}

export function fieldOf({ fields }: { readonly fields: readonly FieldLine[] }, name: string): string {
  const line = fields.find(([each]) => each.toLowerCase() === name);
  return line?.[1] ?? assert.fail(`no field ${name}`);
}

export async function rejectionOf(
  verdict: Promise<{ readonly ok: true } | { readonly ok: false; readonly rejection: string }>,
): Promise<string> {
  const outcome = await verdict;
  return outcome.ok ? 'accepted' : outcome.rejection;
}
