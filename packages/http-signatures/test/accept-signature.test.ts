import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  acceptSignature,
  fulfilWish,
  type Message,
  parseAcceptSignature,
  type SignatureWish,
  verifySignature,
} from '../src/index.ts';
import { clientKey, findKey, now, nowSeconds, rejectionOf } from './fixtures.ts';

const request: Message = {
  kind: 'request',
  method: 'GET',
  targetUri: 'https://id.example/',
  fields: [['Cache-Control', 'no-store']],
};
const open: SignatureWish = {
  label: 'sig1',
  components: ['"@method"', '"cache-control"'],
  created: true,
  expires: false,
  nonce: null,
  alg: null,
  keyid: null,
  tag: null,
};

/** RFC 9421 §5.1. */
const example =
  'sig1=("@method" "@target-uri" "@authority" "content-digest" "cache-control");created;keyid="test-key-rsa-pss";tag="app-123"';

describe('Accept-Signature', () => {
  test('is read as RFC 9421 prints it, and written so', () => {
    const read = parseAcceptSignature([
      example.replace(';created;keyid="test-key-rsa-pss"', ';keyid="test-key-rsa-pss";created'),
    ]);
    assert.ok(read.ok);
    assert.deepEqual(read.wishes, [
      {
        ...open,
        components: ['"@method"', '"@target-uri"', '"@authority"', '"content-digest"', '"cache-control"'],
        keyid: 'test-key-rsa-pss',
        tag: 'app-123',
      },
    ]);
    assert.equal(acceptSignature(read.wishes), example);
  });

  test('is read from several lines and written in one', () => {
    const all = { ...open, expires: true, nonce: 'n', alg: 'ed25519', keyid: 'k', tag: 't' };
    const wishes = [all, { ...open, label: 'sig2', components: ['"@method";req'], created: false }];
    const lines = wishes.map((wish) => acceptSignature([wish]));
    assert.deepEqual(parseAcceptSignature(lines), { ok: true, wishes });
    assert.equal(acceptSignature(wishes), lines.join(', '));
  });

  const refused: Record<string, string> = {
    'sig1=1': 'malformed',
    'sig1=(': 'malformed',
    'sig1=(), sig1=()': 'malformed',
    'sig1=("@nothing")': 'bad-component',
    'sig1=("@method" "@method")': 'duplicate-component',
    'sig1=();created=1': 'bad-parameter',
    'sig1=();created=?0': 'bad-parameter',
    'sig1=();nonce': 'bad-parameter',
    'sig1=();foo': 'bad-parameter',
  };
  for (const [line, rejection] of Object.entries(refused)) {
    test(`${line} is refused`, () => {
      const read = parseAcceptSignature([line]);
      assert.equal(read.ok ? 'read' : read.rejection, rejection);
    });
  }

  test('asks for no more than can be bounded', () => {
    const many = Array.from({ length: 17 }, (_, at) => `s${at}=()`).join(', ');
    const long = `sig1=(${'"x" '.repeat(5_000)})`;
    const wide = `sig1=(${Array.from({ length: 65 }, (_, at) => `"x${at}"`).join(' ')})`;
    const rejections = [many, long, wide].map((line) => {
      const read = parseAcceptSignature([line]);
      return read.ok ? 'read' : read.rejection;
    });
    assert.deepEqual(rejections, ['too-many-signatures', 'too-long', 'too-many-components']);
  });

  test('cannot be written with two of one label or what has no text', () => {
    for (const wishes of [
      [open, open],
      [{ ...open, label: 'A' }],
      [{ ...open, tag: 'é' }],
      [{ ...open, components: ['@x'] }],
    ]) {
      assert.throws(() => acceptSignature(wishes), { name: 'SignaturesFault' });
    }
  });
});

describe('a wish', () => {
  const fulfilment = { key: clientKey, now, lifetimeSeconds: 30 };

  test('is fulfilled with all that it asks for', async () => {
    const wish = {
      ...open,
      expires: true,
      nonce: 'their-nonce',
      alg: 'ed25519',
      keyid: 'client',
      tag: 'theirs',
    };
    const made = fulfilWish(request, wish, fulfilment);
    assert.ok(made.ok);
    assert.equal(
      made.signatureInput,
      `sig1=("@method" "cache-control");created=${nowSeconds};expires=${nowSeconds + 30};nonce="their-nonce";alg="ed25519";keyid="client";tag="theirs"`,
    );
    const fields = [
      ...request.fields,
      ['signature-input', made.signatureInput] as const,
      ['signature', made.signature] as const,
    ];
    const policy = { select: { tag: 'theirs' }, components: ['@method', 'cache-control'] };
    const verdict = verifySignature({ ...request, fields }, policy, { findKey, now });
    assert.equal(await rejectionOf(verdict), 'accepted');
  });

  test('that leaves things open is fulfilled with no more', () => {
    const made = fulfilWish(request, { ...open, created: false }, fulfilment);
    assert.equal(
      made.ok && made.signatureInput,
      'sig1=("@method" "cache-control");alg="ed25519";keyid="client"',
    );
  });

  const unfulfilled: [string, Partial<SignatureWish>, string][] = [
    ['another key', { keyid: 'other' }, 'unknown-key'],
    ['another algorithm', { alg: 'hmac-sha256' }, 'wrong-algorithm'],
    ['what is absent', { components: ['"x-absent"'] }, 'absent-component'],
    ['a response', { components: ['"@status"'] }, 'bad-component'],
  ];
  for (const [what, change, rejection] of unfulfilled) {
    test(`for ${what} is not fulfilled, and no fault of ours`, () => {
      const made = fulfilWish(request, { ...open, ...change }, fulfilment);
      assert.equal(made.ok ? 'signed' : made.rejection, rejection);
    });
  }
});
