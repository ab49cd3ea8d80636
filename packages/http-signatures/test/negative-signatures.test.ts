import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import {
  appendSignature,
  contentDigest,
  signatureKeyOf,
  signMessage,
  verifySignature,
} from '../src/index.ts';
import {
  bytesOf,
  clientKey,
  fieldOf,
  findAmong,
  findKey,
  noBody,
  nonceOf,
  now,
  nowSeconds,
  plainRequest,
  plainResponse,
  requestBody,
  signedRequest,
  signedResponse,
  verifiedRequest,
  verifiedResponse,
  withField,
} from './fixtures.ts';
import { forged, signedOtherwise } from './forgery.ts';
import { readVectors, vectorsAbsent } from './vectors.ts';

type Verdict = Promise<{ readonly ok: true } | { readonly ok: false; readonly rejection: string }>;
/** What is tried, and what it is refused for. */
type Attack = readonly [verdict: Verdict, rejection: string];

const unsigned = { ...signedRequest(), fields: plainRequest.fields };
const end = `;created=${nowSeconds};expires=${nowSeconds + 60};nonce="${nonceOf('forged')}";keyid="client";tag="argus-service-v1"`;
const withInput = (change: (input: string) => string) => {
  const signed = signedRequest();
  return withField(signed, 'signature-input', change(fieldOf(signed, 'signature-input')));
};
const withNone = { ...plainRequest, body: noBody };

const attacks: Record<string, () => readonly Attack[]> = {
  'covered component absent in message': () => [
    [verifiedRequest(withField(signedRequest(), 'authorization')), 'absent-component'],
    [verifiedRequest(withField(signedRequest(), 'content-type')), 'absent-component'],
    [verifiedRequest(withField(signedRequest(), 'content-digest'), { body: noBody }), 'absent-component'],
  ],
  'duplicate component identifier': () => [
    [
      verifiedRequest(
        forged(unsigned, {
          lines: ['"@method": POST', '"@method": GET', `"@target-uri": ${unsigned.targetUri}`],
          input: `("@method" "@method" "@target-uri")${end}`,
        }),
        { body: noBody },
      ),
      'duplicate-component',
    ],
    [
      verifiedRequest(
        forged(unsigned, {
          lines: [],
          input: `("a";sf;key="b" "a";key="b";sf "@method" "@target-uri")${end}`,
        }),
      ),
      'duplicate-component',
    ],
  ],
  'component re-ordered': () => [
    [
      verifiedRequest(
        withInput((input) => input.replace('"@method" "@target-uri"', '"@target-uri" "@method"')),
      ),
      'bad-signature',
    ],
  ],
  'created in the future / too old / absent': () => [
    [verifiedRequest(signedOtherwise({ created: nowSeconds + 11 })), 'from-the-future'],
    [verifiedRequest(signedOtherwise({ created: nowSeconds - 71, expires: nowSeconds - 11 })), 'too-old'],
    [verifiedRequest(signedOtherwise({ created: undefined })), 'missing-parameter'],
  ],
  'expires passed': () => [
    [verifiedRequest(signedOtherwise({ created: nowSeconds - 60, expires: nowSeconds - 10 })), 'expired'],
    [verifiedRequest(signedOtherwise({ expires: nowSeconds - 1 })), 'expires-before-created'],
    [verifiedRequest(signedOtherwise({ expires: nowSeconds + 61 })), 'lives-too-long'],
  ],
  'nonce replay': () => {
    const claimed = new Set<string>();
    const claim = async (): Verdict => {
      const verdict = await verifiedRequest(signedRequest());
      if (!verdict.ok) return verdict;
      const mark = JSON.stringify([verdict.keyid, verdict.nonce]);
      if (claimed.has(mark)) return { ok: false, rejection: 'replayed' };
      claimed.add(mark);
      return verdict;
    };
    // One at least of two at once, and whichever comes later.
    const first = claim();
    return [
      [first.then((verdict) => (verdict.ok ? claim() : verdict)), 'replayed'],
      [verifiedRequest(signedOtherwise({ nonce: 'short' })), 'bad-nonce'],
    ];
  },
  'unknown keyid': () => [
    [
      verifiedRequest(withInput((input) => input.replace('keyid="client"', 'keyid="clients"'))),
      'unknown-key',
    ],
    [verifiedRequest(withInput((input) => input.replace('keyid="client"', 'keyid=""'))), 'unknown-key'],
    [verifiedRequest(withInput((input) => input.replace(';keyid="client"', ''))), 'missing-parameter'],
    [verifiedRequest(withInput((input) => input.replace('"client"', '"server"'))), 'wrong-algorithm'],
  ],
  "alg parameter differs from key's algorithm": () => [
    [verifiedRequest(withInput((input) => input.replace('ed25519', 'hmac-sha256'))), 'wrong-algorithm'],
    [verifiedRequest(withInput((input) => input.replace('ed25519', 'none'))), 'wrong-algorithm'],
    [verifiedRequest(withInput((input) => input.replace('ed25519', 'ED25519'))), 'wrong-algorithm'],
  ],
  'second valid signature by another key over fewer components must not make the first pass': () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const other = signatureKeyOf(privateKey, { algorithm: 'ed25519', keyid: 'other' });
    const tampered = { ...signedRequest(), targetUri: 'https://id.example/api/v1/users' };
    const second = { components: ['@method'], key: other, created: nowSeconds, tag: 'argus-service-v1' };
    const made = signMessage(tampered, { label: 'second', ...second });
    const both = { ...tampered, fields: appendSignature(tampered.fields, made) };
    const policy = { select: { tag: 'argus-service-v1' }, components: ['@method'] };
    const find = findAmong(other, clientKey);
    return [
      [verifiedRequest(both, { find }), 'bad-signature'],
      [verifySignature(both, policy, { findKey: find, now }), 'ambiguous'],
    ];
  },
  'Content-Digest covered but body changed': () => [
    [verifiedRequest(signedRequest(), { body: bytesOf('{"hello": "World"}') }), 'wrong-digest'],
    [verifiedRequest(signedRequest(), { body: noBody }), 'wrong-digest'],
    [verifiedResponse(signedResponse(), { body: bytesOf('{}') }), 'wrong-digest'],
  ],
  'Content-Digest with unknown algorithm only': () => [
    [verifiedRequest(signedOtherwise({ digest: 'md5=:1B2M2Y8AsgTpgAmY7PhCfg==:' })), 'unknown-digest'],
    [verifiedRequest(signedOtherwise({ digest: 'sha-1024=:AA==:' })), 'unknown-digest'],
    [verifiedRequest(signedOtherwise({ digest: '' })), 'unknown-digest'],
  ],
  'body with no Content-Digest': () => [
    [verifiedRequest(signedRequest(withNone)), 'missing-digest'],
    [
      verifiedRequest(withField(signedRequest(withNone), 'content-digest', contentDigest(requestBody))),
      'missing-component',
    ],
    [verifiedResponse(signedResponse({ ...plainResponse, body: noBody })), 'missing-digest'],
  ],
  '@query-param repeated': () => {
    const request = { ...unsigned, targetUri: 'https://id.example/?id=1' };
    const components = ['"@query-param";name="id"'];
    const made = signMessage(request, { label: 'argus', components, key: clientKey, created: nowSeconds });
    const signed = { ...request, fields: appendSignature(request.fields, made) };
    const policy = { select: { label: 'argus' }, components };
    const asked = (targetUri: string) => verifySignature({ ...signed, targetUri }, policy, { findKey, now });
    return [
      [asked('https://id.example/?id=1&id=1'), 'bad-value'],
      [asked('https://id.example/?id=2&id=1'), 'bad-value'],
      [asked('https://id.example/?id=1&i%64=2'), 'bad-value'],
      [asked('https://id.example/?'), 'absent-component'],
    ];
  },
  'req on a request': () => [
    [
      verifiedRequest(
        forged(unsigned, {
          lines: ['"@method": POST', `"@target-uri": ${unsigned.targetUri}`, '"@method";req: POST'],
          input: `("@method" "@target-uri" "authorization" "content-type" "@method";req)${end}`,
        }),
        { body: noBody },
      ),
      'bad-component',
    ],
  ],
  'header folded / obs-fold / non-ASCII': () => [
    ...['a\r\n b', 'Bearer\r\n\tabc.def x', 'Bearer abc.def\r\n ;x'].map(
      // A fold that only stands where a space stood is the same value (RFC 9421 §2.1); these are others.
      (value) =>
        [verifiedRequest(withField(signedRequest(), 'authorization', value)), 'bad-signature'] as const,
    ),
    ...[
      'Bearer abc.def\n"@method": GET',
      'Bearer abc.def\r',
      'Bearer\nabc.def',
      'x\r\ny',
      'Bearer abc.déf',
    ].map(
      (value) => [verifiedRequest(withField(signedRequest(), 'authorization', value)), 'bad-value'] as const,
    ),
    [verifiedRequest(withField(signedRequest(), 'authorization', 'Bearer abc.def\u00a0')), 'bad-value'],
    [verifiedRequest({ ...signedRequest(), method: 'POST\n' }), 'bad-value'],
    [verifiedRequest({ ...signedRequest(), targetUri: `${unsigned.targetUri}\n` }), 'bad-value'],
  ],
  'label duplicated in Signature-Input': () => {
    const signed = signedRequest();
    const again = (name: string) =>
      verifiedRequest({ ...signed, fields: [...signed.fields, [name, fieldOf(signed, name)]] });
    return [
      [again('signature-input'), 'repeated-key'],
      [again('signature'), 'repeated-key'],
      [verifiedRequest(withInput((input) => `argus=();created=1, ${input}`)), 'repeated-key'],
      [verifiedRequest(withInput((input) => `other=();created=1, ${input}`)), 'unpaired-label'],
      [verifiedRequest(withInput((input) => `${input};created=1`)), 'repeated-key'],
    ];
  },
  'tag of another application': () => [
    [verifiedRequest(signedOtherwise({ tag: 'web-bot-auth' })), 'wrong-tag'],
    [verifiedRequest(signedOtherwise({ tag: 'argus-service-response-v1' })), 'wrong-tag'],
    [verifiedRequest(withInput((input) => input.replace(/;tag="[^"]*"/, ''))), 'wrong-tag'],
  ],
  'signature over response replayed for another request (needs ;req binding)': () => {
    const response = signedResponse();
    const answering = (request: typeof response.request) => verifiedResponse({ ...response, request });
    return [
      [answering(signedRequest(plainRequest, nonceOf('second'))), 'bad-signature'],
      [answering({ ...response.request, method: 'GET' }), 'bad-signature'],
      [answering({ ...response.request, targetUri: 'https://id.example/' }), 'bad-signature'],
    ];
  },
};

for (const [entry, make] of Object.entries(attacks)) {
  test(`${entry}: refused, each time for its own reason`, async () => {
    assert.equal((await verifiedRequest(signedRequest())).ok, true, 'what is not attacked is accepted');
    assert.equal((await verifiedResponse(signedResponse())).ok, true);
    for (const [at, [verdict, rejection]] of make().entries()) {
      const outcome = await verdict;
      assert.equal(outcome.ok ? 'accepted' : outcome.rejection, rejection, `attack ${at}`);
    }
  });
}

test('what is signed by hand is accepted where it is good, so it is what it says that is refused', async () => {
  const good = forged(unsigned, {
    lines: [
      '"@method": POST',
      `"@target-uri": ${unsigned.targetUri}`,
      '"authorization": Bearer abc.def',
      '"content-type": application/json',
    ],
    input: `("@method" "@target-uri" "authorization" "content-type")${end}`,
  });
  assert.equal((await verifiedRequest(good, { body: noBody })).ok, true);
  assert.equal((await verifiedRequest(signedOtherwise({}))).ok, true);
});

test('every listed negative input about signatures is one of these', { skip: vectorsAbsent }, () => {
  const listed = readVectors<Record<string, string[]>>('oauth-negative/negative-inputs.json').http_signature;
  assert.equal(listed?.length, 18);
  assert.deepEqual(Object.keys(attacks).sort(), [...(listed ?? [])].sort());
});
