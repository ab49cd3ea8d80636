import { createPrivateKey, createPublicKey, createSecretKey } from 'node:crypto';
import {
  type FieldLine,
  type Message,
  type RequestMessage,
  type SignatureAlgorithm,
  type SignatureKey,
  signatureKeyOf,
} from '../src/index.ts';
import { type InnerList, parseDictionary } from '../src/structured-fields/index.ts';
import { readVectors } from './vectors.ts';

interface VectorMessage {
  kind: 'request' | 'response';
  headers: [string, string][];
  body: string;
  method?: string;
  target?: string;
  status?: number;
}

export interface Vector {
  section: string;
  title: string;
  label: string;
  alg: SignatureAlgorithm;
  keyid: string;
  message: VectorMessage;
  request?: VectorMessage;
  expect: 'valid' | 'invalid';
  deterministic: boolean;
  signatureBase?: string;
  signatureInput: string;
  signature: string;
}

interface VectorKey {
  base64?: string;
  publicPem?: string;
  privatePem?: string;
}

interface Vectors {
  keys: Record<string, VectorKey>;
  tests: Vector[];
}

export const vectorsOfRfc = (): Vectors => readVectors<Vectors>('rfc9421/rfc9421-vectors.json');

/** The key of a vector, to sign or to verify with. */
export function keyOf({ keyid, alg: algorithm }: Vector, half: 'public' | 'private'): SignatureKey {
  const { base64 = '', publicPem = '', privatePem = '' } = vectorsOfRfc().keys[keyid] ?? {};
  if (algorithm === 'hmac-sha256') {
    return signatureKeyOf(createSecretKey(base64, 'base64'), { algorithm, keyid });
  }
  const key = half === 'public' ? createPublicKey(publicPem) : createPrivateKey(privatePem);
  return signatureKeyOf(key, { algorithm, keyid });
}

/** The message of a vector, without its signature. */
export function messageOf({ message, request }: Vector): Message {
  if (message.kind === 'request') return requestOf(message);
  const response = { kind: 'response', status: message.status ?? 0, fields: message.headers } as const;
  return request === undefined ? response : { ...response, request: requestOf(request) };
}

function requestOf({ method = '', target = '', headers }: VectorMessage): RequestMessage {
  const host = headers.find(([name]) => name === 'Host')?.[1] ?? '';
  return { kind: 'request', method, targetUri: `https://${host}${target}`, fields: headers };
}

export function withFields<Kind extends Message>(message: Kind, more: readonly FieldLine[]): Kind {
  return { ...message, fields: [...message.fields, ...more] };
}

export function signedMessageOf(vector: Vector): Message {
  return withFields(messageOf(vector), [
    ['Signature-Input', vector.signatureInput],
    ['Signature', vector.signature],
  ]);
}

export function inputOf({ signatureInput, label }: Vector): InnerList {
  const member = parseDictionary(signatureInput).get(label);
  if (member?.kind !== 'inner-list') throw new Error(`no input named ${label}`);
  return member;
}

export function signatureOf({ signature, label }: Vector): Uint8Array {
  const member = parseDictionary(signature).get(label);
  if (member?.kind !== 'item' || member.value.kind !== 'bytes')
    throw new Error(`no signature named ${label}`);
  return member.value.value;
}
