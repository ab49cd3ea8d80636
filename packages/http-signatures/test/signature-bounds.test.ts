import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type RequestMessage, signMessage } from '../src/index.ts';
import {
  clientKey,
  fieldOf,
  nowSeconds,
  rejectionOf,
  signedRequest,
  verifiedRequest,
  withField,
} from './fixtures.ts';

const request = signedRequest();

const withBoth = (input: string, signature: string): RequestMessage =>
  withField(withField(request, 'signature-input', input), 'signature', signature);
const verdictOn = (message: RequestMessage) => rejectionOf(verifiedRequest(message, { find: never }));
const never = () => assert.fail('a key was asked for');

function labels(count: number): [string, string] {
  const names = Array.from({ length: count }, (_, at) => `s${at}`);
  return [names.map((name) => `${name}=()`).join(', '), names.map((name) => `${name}=:AA==:`).join(', ')];
}

describe('the bounds of signatures: refused before a key is asked for', () => {
  test('10,000 labels', async () => {
    assert.equal(await verdictOn(withBoth(...labels(10_000))), 'too-long');
  });

  test('17 labels, the one that is meant among them', async () => {
    const [inputs, signatures] = labels(16);
    const input = `${inputs}, ${fieldOf(request, 'signature-input')}`;
    const signature = `${signatures}, ${fieldOf(request, 'signature')}`;
    assert.equal(await verdictOn(withBoth(input, signature)), 'too-many-signatures');
  });

  test('16 labels are not too many', async () => {
    const [inputs, signatures] = labels(15);
    const input = `${inputs}, ${fieldOf(request, 'signature-input')}`;
    const signature = `${signatures}, ${fieldOf(request, 'signature')}`;
    assert.equal(await rejectionOf(verifiedRequest(withBoth(input, signature))), 'accepted');
  });

  test('a field of more than 16 KiB, in one line or in many', async () => {
    const long = `argus=:${'A'.repeat(16_384)}:`;
    assert.equal(await verdictOn(withField(request, 'signature', long)), 'too-long');
    assert.equal(await verdictOn(withField(request, 'signature-input', '('.repeat(20_000))), 'too-long');
    const lines = Array.from({ length: 2_000 }, (_, at) => ['signature', `x${at}=:AA==:`] as const);
    assert.equal(await verdictOn({ ...request, fields: [...request.fields, ...lines] }), 'too-long');
  });

  test('65 covered components', async () => {
    const components = Array.from({ length: 65 }, (_, at) => `"x${at}"`).join(' ');
    const input = `argus=(${components});created=${nowSeconds}`;
    assert.equal(await verdictOn(withField(request, 'signature-input', input)), 'too-many-components');
  });

  test('texts that nest, repeat or do not end', async () => {
    const texts = [
      '(',
      'argus=(',
      'argus=("a" ',
      'argus=();a',
      '"\\',
      ':',
      ';',
      'argus=(("a"',
      '=,',
      '\t',
      '%"',
    ];
    for (const text of texts) {
      const long = text.repeat(Math.floor(16_000 / text.length));
      assert.match(
        await verdictOn(withField(request, 'signature-input', long)),
        /^(malformed|repeated-key)$/,
        text,
      );
      assert.match(
        await verdictOn(withField(request, 'signature', long)),
        /^(malformed|repeated-key)$/,
        text,
      );
    }
  });
});

describe('long values are covered in one pass', () => {
  const sign = (fields: RequestMessage['fields'], targetUri = request.targetUri) => {
    const message = { ...request, targetUri, fields };
    const components = fields.length > 0 ? ['x'] : ['"@query-param";name="a"', '@path'];
    return signMessage(message, { label: 'long', components, key: clientKey });
  };

  test('a field of blanks, folds or commas', () => {
    for (const run of [' ', '\t', ' \r\n ', ',', ', ']) {
      assert.ok(sign([['x', run.repeat(100_000)]]));
    }
  });

  test('a field of 10,000 lines', () => {
    assert.ok(sign(Array.from({ length: 10_000 }, () => ['X', 'y'] as const)));
  });

  test('a target of percent signs, separators or slashes', () => {
    for (const run of ['%', '&', '%zz&', '+', '=', '/', '..', '%41']) {
      assert.ok(sign([], `https://id.example/${'/'.repeat(50_000)}?a=b&c${run.repeat(50_000)}`));
    }
  });

  test('an authority that does not end', () => {
    for (const run of ['[', ':', '.', 'a', '@', '1:']) {
      const message = { ...request, targetUri: `https://${run.repeat(50_000)}` };
      assert.throws(
        () =>
          signMessage(
            { ...message, targetUri: `${message.targetUri}@` },
            { label: 'a', components: ['@path'], key: clientKey },
          ),
        { name: 'SignaturesFault' },
      );
    }
  });
});
