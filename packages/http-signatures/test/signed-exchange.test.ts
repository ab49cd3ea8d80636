import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canSignResponseTo, signRequest, signResponse, verifyRequest } from '../src/index.ts';
import {
  asSent,
  bytesOf,
  clientKey,
  fieldOf,
  noBody,
  nonceOf,
  now,
  nowSeconds,
  plainRequest,
  plainResponse,
  profile,
  rejectionOf,
  serverKey,
  signedRequest,
  signedResponse,
  verifiedRequest,
  verifiedResponse,
  withField,
} from './fixtures.ts';

const get = { ...plainRequest, method: 'GET', fields: [['Host', 'id.example']] as const, body: noBody };

describe('a signed request', () => {
  test('is verified and tells who, when, until when and its nonce', async () => {
    const verdict = await verifiedRequest(signedRequest());
    assert.deepEqual(verdict, {
      ok: true,
      label: 'argus',
      keyid: 'client',
      created: nowSeconds,
      expires: nowSeconds + 60,
      nonce: nonceOf('first'),
      tag: 'argus-service-v1',
      components: ['"@method"', '"@target-uri"', '"content-digest"', '"content-type"', '"authorization"'],
      rememberNonceUntil: now + 70_000,
    });
  });

  test('says so in three fields, in a stable order', () => {
    const lines = signRequest(profile, plainRequest, { key: clientKey, now, nonce: nonceOf('first') });
    assert.deepEqual(
      lines.map(([name]) => name),
      ['content-digest', 'signature-input', 'signature'],
    );
    assert.equal(
      lines[1]?.[1],
      `argus=("@method" "@target-uri" "content-digest" "content-type" "authorization");created=${nowSeconds};` +
        `expires=${nowSeconds + 60};nonce="${nonceOf('first')}";alg="ed25519";keyid="client";tag="argus-service-v1"`,
    );
  });

  test('covers only what it has: no body, no digest', async () => {
    const request = signedRequest(get);
    assert.match(fieldOf(request, 'signature-input'), /^argus=\("@method" "@target-uri"\);/);
    assert.equal((await verifiedRequest(request, { body: noBody })).ok, true);
  });

  test('is good until its clock says otherwise', async () => {
    const at = (seconds: number) =>
      rejectionOf(verifiedRequest(signedRequest(), { at: now + seconds * 1000 }));
    assert.equal(await at(-10), 'accepted');
    assert.equal(await at(-11), 'from-the-future');
    assert.equal(await at(69), 'accepted');
    assert.equal(await at(70), 'expired');
    assert.equal(await at(71), 'too-old');
  });

  test('is signed once: what the exchange adds must not be there', () => {
    for (const name of ['content-digest', 'Signature', 'signature-input']) {
      const request = { ...plainRequest, fields: [...plainRequest.fields, [name, 'x'] as const] };
      assert.throws(() => signRequest(profile, request, { key: clientKey, now, nonce: nonceOf('x') }), {
        name: 'SignaturesFault',
      });
    }
  });

  test('has a nonce that is long enough and not too long', () => {
    for (const nonce of ['', 'short', 'a'.repeat(129), 'é'.repeat(20), `${'a'.repeat(20)}\n`]) {
      assert.throws(() => signRequest(profile, plainRequest, { key: clientKey, now, nonce }), {
        name: 'SignaturesFault',
      });
    }
  });

  test('is refused unread if its body is longer than agreed', async () => {
    const body = bytesOf('x'.repeat(11));
    const small = { ...profile, maxBodyBytes: 10 };
    const verdict = verifyRequest(small, signedRequest(), { body, findKey: () => assert.fail('asked'), now });
    assert.equal(await rejectionOf(verdict), 'body-too-long');
  });
});

describe('a signed response', () => {
  test('is verified as the answer to its request', async () => {
    assert.deepEqual(await verifiedResponse(signedResponse()), {
      ok: true,
      label: 'argus',
      keyid: 'server',
      created: nowSeconds,
      expires: null,
      nonce: null,
      tag: 'argus-service-response-v1',
      components: [
        ...['"@status"', '"content-type"', '"content-digest"', '"@method";req', '"@target-uri";req'],
        '"signature";req;key="argus"',
      ],
    });
  });

  test('without a body covers no digest', async () => {
    const response = signedResponse({ ...plainResponse, status: 204, fields: [], body: noBody });
    assert.equal((await verifiedResponse(response, { body: noBody })).ok, true);
    assert.equal(await rejectionOf(verifiedResponse(response)), 'missing-digest');
  });

  test('that is a stream has no digest, and is accepted only where one is expected', async () => {
    const stream = signedResponse(plainResponse, true);
    assert.equal(await rejectionOf(verifiedResponse(stream, { streaming: true, body: noBody })), 'accepted');
    assert.equal(await rejectionOf(verifiedResponse(stream)), 'missing-digest');
    assert.equal(
      await rejectionOf(verifiedResponse(signedResponse(), { streaming: true })),
      'unexpected-digest',
    );
  });

  test('to a request that is not signed cannot be made', () => {
    const request = asSent(plainRequest, []);
    assert.throws(() => signResponse(profile, { ...plainResponse, request }, { key: serverKey, now }), {
      name: 'SignaturesFault',
      message: /absent-component/,
    });
  });

  test('to a request that was refused can be made, as long as there is a signature to bind it to', async () => {
    const request = { ...signedRequest(), method: 'PUT' };
    assert.equal(await rejectionOf(verifiedRequest(request)), 'bad-signature');
    assert.equal(canSignResponseTo(profile, request), true);
    const response = signedResponse({ ...plainResponse, status: 401, request });
    assert.equal(await rejectionOf(verifiedResponse(response)), 'accepted');
  });

  test('is not to be made where a stranger left nothing to bind it to', () => {
    const request = signedRequest();
    const bad = [
      asSent(plainRequest, []),
      withField(request, 'signature', 'argus=('),
      withField(request, 'signature', 'argus=:AA==:, argus=:AA==:'),
      withField(request, 'signature', 'other=:AA==:'),
      { ...request, method: 'P\u00f6ST' },
      { ...request, targetUri: 'https://id.example/#' },
    ];
    for (const each of bad) {
      assert.equal(canSignResponseTo(profile, each), false);
      assert.throws(() => signedResponse({ ...plainResponse, request: each }), { name: 'SignaturesFault' });
    }
  });

  test('without the request it answers proves nothing', async () => {
    const request = withField(signedRequest(), 'signature');
    assert.equal(await rejectionOf(verifiedResponse({ ...signedResponse(), request })), 'absent-component');
  });

  test('grows old', async () => {
    assert.equal(await rejectionOf(verifiedResponse(signedResponse(), { at: now + 70_000 })), 'accepted');
    assert.equal(await rejectionOf(verifiedResponse(signedResponse(), { at: now + 70_001 })), 'too-old');
  });
});

describe('a profile is a fault', () => {
  const bad = {
    'if signatures would live long': { maxAgeSeconds: 61 },
    'if they would never be good': { maxAgeSeconds: 0 },
    'if clocks may differ by minutes': { clockSkewSeconds: 61 },
    'if its label is no key': { label: 'Argus' },
    'if a tag is empty': { requestTag: '' },
    'if a response could pass for a request': { responseTag: profile.requestTag },
    'if it counts no bytes': { maxBodyBytes: Number.NaN },
  };
  for (const [name, change] of Object.entries(bad)) {
    test(name, () => {
      const signing = { key: clientKey, now, nonce: nonceOf('x') };
      assert.throws(() => signRequest({ ...profile, ...change }, plainRequest, signing), {
        name: 'SignaturesFault',
      });
    });
  }
});
