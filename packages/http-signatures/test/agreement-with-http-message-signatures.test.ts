import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSigner, createVerifier, httpbis } from 'http-message-signatures';
import {
  appendSignature,
  type FieldLine,
  type RequestMessage,
  type ResponseMessage,
  type SignatureAlgorithm,
  signatureAlgorithms,
  signMessage,
  verifySignature,
} from '../src/index.ts';
import { nowSeconds as created, now, rejectionOf } from './fixtures.ts';
import { halves, pairs } from './foreign-keys.ts';

const request: RequestMessage = {
  kind: 'request',
  method: 'POST',
  targetUri: 'https://www.example.com/path/to?param=value&foo=with%20space&Pet=dog',
  fields: [
    ['Content-Type', 'application/json'],
    ['Cache-Control', 'max-age=60'],
    ['Cache-Control', '   must-revalidate'],
    ['Priority', '  u=1,    i;x=1;y=2'],
    ['X-Empty', ''],
  ],
};
const response: ResponseMessage = {
  kind: 'response',
  status: 503,
  fields: [['Content-Type', 'application/json']],
  request,
};

/** What both can say: all but `tr`, which it does not know. */
const ofRequests = [
  ...['@method', '@target-uri', '@authority', '@scheme', '@request-target', '@path', '@query'],
  ...['"@query-param";name="param"', '"@query-param";name="foo"', 'content-type', 'cache-control', 'x-empty'],
  ...['"priority";sf', '"priority";key="u"', '"priority";key="i"', '"cache-control";bs'],
];
const ofResponses = ['@status', 'content-type', '"@method";req', '"@path";req', '"content-type";req'];

/** Fields as it takes them: one entry for each name, with the values of all its lines. */
function recordOf(fields: readonly FieldLine[]): Record<string, string[]> {
  const record: Record<string, string[]> = {};
  for (const [name, value] of fields) record[name] = [...(record[name] ?? []), value];
  return record;
}

const theirRequest = ({ method, targetUri: url, fields }: RequestMessage) => ({
  method,
  url,
  headers: recordOf(fields),
});
const theirResponse = ({ status, fields }: ResponseMessage) => ({ status, headers: recordOf(fields) });

/** The two fields in one line each, which is how it reads them. */
function joined(message: RequestMessage): RequestMessage {
  const named = (name: string) => message.fields.filter(([each]) => each.toLowerCase() === name);
  const line = (name: string): FieldLine => [
    name,
    named(name)
      .map(([, value]) => value)
      .join(', '),
  ];
  const others = message.fields.filter(([name]) => !/^signature/i.test(name));
  return { ...message, fields: [...others, line('signature-input'), line('signature')] };
}

const theirVerifier = (algorithm: SignatureAlgorithm) => ({
  // It asks the machine's clock, which is far from the time of these tests.
  tolerance: 1e9,
  keyLookup: async () => ({ verify: createVerifier(pairs[algorithm].publicKey, algorithm) }),
});

function ours<Kind extends RequestMessage | ResponseMessage>(
  message: Kind,
  { algorithm, components }: { algorithm: SignatureAlgorithm; components: readonly string[] },
): Kind {
  const made = signMessage(message, { label: 'sig', components, key: halves(algorithm).signing, created });
  return { ...message, fields: appendSignature(message.fields, made) };
}

async function theirs(
  message: RequestMessage | ResponseMessage,
  { algorithm, components }: { algorithm: SignatureAlgorithm; components: readonly string[] },
): Promise<FieldLine[]> {
  const { signing } = halves(algorithm);
  const config = {
    key: createSigner(pairs[algorithm].privateKey, algorithm, signing.keyid),
    fields: [...components],
    params: ['created', 'keyid', 'alg'],
    paramValues: { created: new Date(now) },
  };
  const signed =
    message.kind === 'request'
      ? await httpbis.signMessage(config, theirRequest(message))
      : await httpbis.signMessage(config, theirResponse(message), theirRequest(message.request ?? request));
  const added = Object.entries(signed.headers).filter(([name]) => /^signature/i.test(name));
  return [...message.fields, ...added.map(([name, value]): FieldLine => [name, String(value)])];
}

const verdictOf = (message: RequestMessage | ResponseMessage, algorithm: SignatureAlgorithm) =>
  rejectionOf(
    verifySignature(
      message,
      { select: { label: 'sig' }, components: [] },
      { findKey: () => halves(algorithm).verifying, now },
    ),
  );

describe('http-message-signatures 1.0.6', () => {
  for (const algorithm of signatureAlgorithms) {
    test(`verifies what we sign with ${algorithm}`, async () => {
      const signed = ours(request, { algorithm, components: ofRequests });
      assert.equal(await httpbis.verifyMessage(theirVerifier(algorithm), theirRequest(signed)), true);
    });

    test(`does not verify it for another method (${algorithm})`, async () => {
      const signed = { ...ours(request, { algorithm, components: ofRequests }), method: 'PUT' };
      assert.equal(await httpbis.verifyMessage(theirVerifier(algorithm), theirRequest(signed)), false);
    });

    if (algorithm === 'rsa-pss-sha512') continue;
    test(`signs with ${algorithm} what we verify`, async () => {
      const fields = await theirs(request, { algorithm, components: ofRequests });
      assert.equal(await verdictOf({ ...request, fields }, algorithm), 'accepted');
    });
  }

  test('signs rsa-pss-sha512 with a longer salt than RFC 9421 §3.3.1 asks for, which we refuse', async () => {
    const algorithm = 'rsa-pss-sha512';
    const fields = await theirs(request, { algorithm, components: ofRequests });
    assert.equal(await verdictOf({ ...request, fields }, algorithm), 'bad-signature');
  });

  test('verifies our responses, which cover their request', async () => {
    const signed = ours(response, { algorithm: 'ed25519', components: ofResponses });
    const { request: _request, ...alone } = signed;
    const verdict = httpbis.verifyMessage(
      theirVerifier('ed25519'),
      theirResponse(alone),
      theirRequest(request),
    );
    assert.equal(await verdict, true);
  });

  test('signs responses that we verify with their request', async () => {
    const fields = await theirs(response, { algorithm: 'ed25519', components: ofResponses });
    assert.equal(await verdictOf({ ...response, fields }, 'ed25519'), 'accepted');
  });

  test('cannot cover trailers (tr)', async () => {
    const components = ['"expires";tr'];
    await assert.rejects(theirs(request, { algorithm: 'ed25519', components }), /No header "expires" found/);
  });

  test('lets the last of several signatures decide, where we look at the one that is meant', async () => {
    const algorithm = 'ed25519';
    const meant = ours(request, { algorithm, components: ['@method'] });
    const tampered = { ...meant, method: 'PUT' };
    const { signing: key } = halves(algorithm);
    const last = signMessage(tampered, { label: 'last', components: [], key, created });
    const both = { ...tampered, fields: appendSignature(tampered.fields, last) };
    const verdict = httpbis.verifyMessage(theirVerifier(algorithm), theirRequest(joined(both)));
    assert.equal(await verdict, true);
    assert.equal(await verdictOf(both, algorithm), 'bad-signature');
  });

  test('agrees with us on any plain request', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'abcXYZ019-._~'), maxLength: 12 });
    const value = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    const requests = fc.record({
      path: text,
      query: text,
      x: value,
      y: fc.array(value, { minLength: 1, maxLength: 3 }),
    });
    const components = ['@method', '@target-uri', '@path', '@query', 'x', 'y', '"y";bs'];
    await fc.assert(
      fc.asyncProperty(requests, async ({ path, query, x, y }) => {
        const targetUri = `https://a.example/p${path}?q${query}`;
        const fields = [['x', x] as const, ...y.map((each) => ['y', each] as const)];
        const message: RequestMessage = { kind: 'request', method: 'GET', targetUri, fields };
        const both = { algorithm: 'hmac-sha256', components } as const;
        const signed = theirRequest(ours(message, both));
        assert.equal(await httpbis.verifyMessage(theirVerifier('hmac-sha256'), signed), true);
        assert.equal(
          await verdictOf({ ...message, fields: await theirs(message, both) }, 'hmac-sha256'),
          'accepted',
        );
      }),
      { numRuns: 200 },
    );
  });
});
