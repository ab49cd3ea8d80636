import {
  appendSignature,
  type RequestMessage,
  type SignaturePolicy,
  type Signing,
  signMessage,
  type Verification,
  verifySignature,
} from '../src/index.ts';
import { clientKey, findKey, now, nowSeconds, rejectionOf } from './fixtures.ts';

export const request: RequestMessage = {
  kind: 'request',
  method: 'GET',
  targetUri: 'https://id.example/',
  fields: [
    ['Accept', '*/*'],
    ['Date', 'today'],
  ],
};

/** The plain request with one more signature, by the client over method and `accept` unless told otherwise. */
export function signed(more: Partial<Signing> = {}, message = request): RequestMessage {
  const signing = { label: 'sig', components: ['@method', 'accept'], key: clientKey, created: nowSeconds };
  return {
    ...message,
    fields: appendSignature(message.fields, signMessage(message, { ...signing, ...more })),
  };
}

export const policy: SignaturePolicy = { select: { label: 'sig' }, components: ['@method'] };
export const outcome = (
  message: RequestMessage,
  more: Partial<SignaturePolicy> = {},
  verification: Partial<Verification> = {},
) => rejectionOf(verifySignature(message, { ...policy, ...more }, { findKey, now, ...verification }));
