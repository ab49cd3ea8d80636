import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  component,
  createSignature,
  isSignatureError,
  type RequestDescriptor,
  type ResponseDescriptor,
  type SignatureComponent,
  verifySignature as verifyTheirs,
  webcrypto,
} from 'http-message-sig';
import {
  appendSignature,
  type FieldLine,
  type Message,
  type RequestMessage,
  type ResponseMessage,
  signMessage,
  verifySignature,
} from '../src/index.ts';
import { nowSeconds as created, now, rejectionOf } from './fixtures.ts';
import { halves, pairs } from './foreign-keys.ts';

/** What its own cryptography can do; for the rest it takes what a caller brings, which would be ours again. */
const algorithms = ['ed25519', 'rsa-pss-sha512'] as const;
type Algorithm = (typeof algorithms)[number];

const request: RequestMessage = {
  kind: 'request',
  method: 'POST',
  targetUri: 'https://www.example.com/path/to?param=value',
  requestTarget: '/path/to?param=value',
  fields: [
    ['Content-Type', 'application/json'],
    ['Cache-Control', 'max-age=60'],
    ['Cache-Control', 'must-revalidate'],
    ['Priority', 'u=1,    i;x=1;y=2'],
    ['X-Empty', ''],
  ],
};
const response: ResponseMessage = {
  kind: 'response',
  status: 503,
  fields: [['Content-Type', 'application/json']],
  request,
};

/** Both spellings of what is covered. */
type Covered = readonly (readonly [ours: string, theirs: SignatureComponent])[];
const plain = (...names: readonly string[]): Covered => names.map((name) => [name, name]);
const ofRequests: Covered = [
  ...plain('@method', '@target-uri', '@authority', '@scheme', '@request-target', '@path', '@query'),
  ...plain('content-type', 'cache-control', 'x-empty'),
  ['"priority";key="u"', component('priority', { key: 'u' })],
  ['"priority";key="i"', component('priority', { key: 'i' })],
];
const ofResponses: Covered = [
  ...plain('@status', 'content-type'),
  ['"@method";req', component('@method', { req: true })],
  ['"@target-uri";req', component('@target-uri', { req: true })],
  ['"content-type";req', component('content-type', { req: true })],
];

const occurrences = (fields: readonly FieldLine[]) => fields.map(([name, value]) => ({ name, value }));

function requestDescriptorOf({ fields, trailers = [], ...rest }: RequestMessage): RequestDescriptor {
  return { ...rest, fields: occurrences(fields), trailers: occurrences(trailers) };
}

function descriptorOf(message: Message): RequestDescriptor | ResponseDescriptor {
  if (message.kind === 'request') return requestDescriptorOf(message);
  const { kind, status, fields, request: answered = request } = message;
  return { kind, status, fields: occurrences(fields), request: requestDescriptorOf(answered) };
}

const names = { ed25519: 'Ed25519', 'rsa-pss-sha512': { name: 'RSA-PSS', hash: 'SHA-512' } };

function cryptoKey(key: KeyObject, name: AlgorithmIdentifier | EcKeyImportParams): Promise<CryptoKey> {
  const usage = key.type === 'private' ? 'sign' : 'verify';
  return crypto.subtle.importKey('jwk', { ...key.export({ format: 'jwk' }) }, name, false, [usage]);
}

function ours<Kind extends Message>(message: Kind, algorithm: Algorithm, covered: Covered): Kind {
  const components = covered.map(([name]) => name);
  const made = signMessage(message, { label: 'sig', components, key: halves(algorithm).signing, created });
  return { ...message, fields: appendSignature(message.fields, made) };
}

async function theirs<Kind extends Message>(
  message: Kind,
  algorithm: Algorithm,
  covered: Covered,
): Promise<Kind> {
  const privateKey = await cryptoKey(pairs[algorithm].privateKey, names[algorithm]);
  const { signatureInput, signature } = await createSignature(descriptorOf(message), {
    label: 'sig',
    components: covered.map(([, each]) => each),
    parameters: { created, keyid: halves(algorithm).signing.keyid },
    signer: webcrypto.signer(privateKey),
  });
  const lines: FieldLine[] = [
    ['Signature-Input', signatureInput],
    ['Signature', signature],
  ];
  return { ...message, fields: [...message.fields, ...lines] };
}

const verifiedByUs = (message: Message, algorithm: Algorithm) =>
  rejectionOf(
    verifySignature(
      message,
      { select: { label: 'sig' }, components: [] },
      { findKey: () => halves(algorithm).verifying, now },
    ),
  );

async function verifiedByThem(message: Message, algorithm: Algorithm): Promise<string> {
  const publicKey = await cryptoKey(pairs[algorithm].publicKey, names[algorithm]);
  const policy = { algorithms, requiredComponents: [], requiredParameters: ['created'], now: created };
  try {
    const resolveVerifier = () => webcrypto.verifier(publicKey);
    return (await verifyTheirs(descriptorOf(message), { policy, resolveVerifier })).label;
  } catch (error) {
    if (isSignatureError(error)) return error.code;
    throw error;
  }
}

describe('http-message-sig 0.3.0', () => {
  for (const algorithm of algorithms) {
    test(`verifies what we sign with ${algorithm}`, async () => {
      assert.equal(await verifiedByThem(ours(request, algorithm, ofRequests), algorithm), 'sig');
      assert.equal(await verifiedByThem(ours(response, algorithm, ofResponses), algorithm), 'sig');
    });

    test(`does not verify it for another method (${algorithm})`, async () => {
      const signed = { ...ours(request, algorithm, ofRequests), method: 'PUT' };
      assert.equal(await verifiedByThem(signed, algorithm), 'VerificationFailed');
    });

    test(`signs with ${algorithm} what we verify`, async () => {
      assert.equal(await verifiedByUs(await theirs(request, algorithm, ofRequests), algorithm), 'accepted');
      assert.equal(await verifiedByUs(await theirs(response, algorithm, ofResponses), algorithm), 'accepted');
    });
  }

  for (const name of ['sf', 'bs', 'tr', '@query-param']) {
    test(`cannot cover ${name}, which it says`, async () => {
      const refusedName = name === '@query-param' ? '"@query-param";name="param"' : `"priority";${name}`;
      const trailers: FieldLine[] = [['Priority', 'u=1']];
      const signed = ours({ ...request, trailers }, 'ed25519', [[refusedName, '']]);
      assert.equal(await verifiedByUs(signed, 'ed25519'), 'accepted');
      assert.match(await verifiedByThem(signed, 'ed25519'), /^(UnsupportedFeature|InvalidComponent)$/);
    });
  }

  test('has no cryptography of its own for hmac, ecdsa and rsa-v1_5, so these were not compared', async () => {
    assert.deepEqual(Object.keys(webcrypto).sort(), ['signer', 'verifier']);
    const { privateKey } = pairs['ecdsa-p256-sha256'];
    const key = await cryptoKey(privateKey, { name: 'ECDSA', namedCurve: 'P-256' });
    assert.throws(() => webcrypto.signer(key), isSignatureError);
  });

  test('agrees with us on any plain request', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'abcXYZ019-._~%2F'), maxLength: 12 });
    const value = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    const requests = fc.record({
      path: text,
      query: text,
      x: value,
      y: fc.array(value, { minLength: 1, maxLength: 3 }),
    });
    const covered = plain('@method', '@target-uri', '@path', '@query', 'x', 'y');
    await fc.assert(
      fc.asyncProperty(requests, async ({ path, query, x, y }) => {
        const targetUri = `https://a.example/p${path}?q${query}`;
        const fields = [['x', x] as const, ...y.map((each) => ['y', each] as const)];
        const message: RequestMessage = { kind: 'request', method: 'GET', targetUri, fields };
        assert.equal(await verifiedByThem(ours(message, 'ed25519', covered), 'ed25519'), 'sig');
        assert.equal(await verifiedByUs(await theirs(message, 'ed25519', covered), 'ed25519'), 'accepted');
      }),
      { numRuns: 100 },
    );
  });
});
