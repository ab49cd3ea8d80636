import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Message, signatureBase, signatureKeyOf, signMessage, verifySignature } from '../src/index.ts';
import { parseList } from '../src/structured-fields/index.ts';
import { publicHalf, rfcEd25519, rfcP256, rfcSecret } from './fixtures.ts';

/** RFC 9421, appendix B.2: typed in, so that they are compared wherever the tests run. */
const request: Message = {
  kind: 'request',
  method: 'POST',
  targetUri: 'https://example.com/foo?param=Value&Pet=dog',
  fields: [
    ['Host', 'example.com'],
    ['Date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
    ['Content-Type', 'application/json'],
    [
      'Content-Digest',
      'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
    ],
    ['Content-Length', '18'],
  ],
};
const response: Message = {
  kind: 'response',
  status: 200,
  fields: [
    ['Date', 'Tue, 20 Apr 2021 02:07:56 GMT'],
    ['Content-Type', 'application/json'],
    [
      'Content-Digest',
      'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
    ],
    ['Content-Length', '23'],
  ],
};
const created = 1_618_884_473;

describe('the answers of RFC 9421, appendix B.2', () => {
  test('B.2.5: hmac-sha256 makes these bytes', () => {
    const key = signatureKeyOf(rfcSecret, { algorithm: 'hmac-sha256', keyid: 'test-shared-secret' });
    const components = ['date', '@authority', 'content-type'];
    const made = signMessage(request, { label: 'sig-b25', components, key, created, omit: ['alg'] });
    assert.deepEqual(made, {
      label: 'sig-b25',
      signatureInput:
        'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
      signature: 'sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:',
    });
  });

  test('B.2.6: ed25519 makes these bytes', () => {
    const key = signatureKeyOf(rfcEd25519, { algorithm: 'ed25519', keyid: 'test-key-ed25519' });
    const components = ['date', '@method', '@path', '@authority', 'content-type', 'content-length'];
    const made = signMessage(request, { label: 'sig-b26', components, key, created, omit: ['alg'] });
    assert.equal(
      made.signature,
      'sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:',
    );
  });

  test('B.2.4: ecdsa-p256-sha256 over a response is verified', async () => {
    const key = signatureKeyOf(publicHalf(rfcP256), {
      algorithm: 'ecdsa-p256-sha256',
      keyid: 'test-key-ecc-p256',
    });
    const input =
      'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"';
    const signature =
      'sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:';
    const signed: Message = {
      ...response,
      fields: [...response.fields, ['Signature-Input', input], ['Signature', signature]],
    };
    const policy = { select: { label: 'sig-b24' }, components: ['@status', 'content-digest'] };
    const body = Buffer.from('{"message": "good dog"}');
    const verdict = await verifySignature(signed, policy, { findKey: () => key, now: created * 1000, body });
    assert.equal(verdict.ok ? verdict.keyid : verdict.rejection, 'test-key-ecc-p256');
  });

  test('section 2.5: the signature base has these lines', () => {
    const [input] = parseList(
      '("@method" "@authority" "@path" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss"',
    );
    assert.ok(input?.kind === 'inner-list');
    const made = signatureBase(request, input);
    assert.ok(made.ok);
    assert.equal(
      made.base.toString(),
      [
        '"@method": POST',
        '"@authority": example.com',
        '"@path": /foo',
        '"content-length": 18',
        '"content-type": application/json',
        '"@signature-params": ("@method" "@authority" "@path" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss"',
      ].join('\n'),
    );
  });
});
