import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  appendSignature,
  contentDigest,
  type SignaturePolicy,
  signMessage,
  verifySignature,
} from '../src/index.ts';
import { clientKey, findKey, nonceOf, now, nowSeconds, serverKey, withField } from './fixtures.ts';
import { outcome, policy, request, signed } from './plain-signature.ts';

describe('one signature is selected', () => {
  const two = signed({ label: 'other', key: serverKey, tag: 'other' }, signed({ tag: 'ours' }));

  test('by its label, whatever the others are', async () => {
    assert.equal(await outcome(two), 'accepted');
    const verdict = await verifySignature(two, { ...policy, select: { label: 'other' } }, { findKey, now });
    assert.equal(verdict.ok && verdict.keyid, 'server');
  });

  test('by its tag', async () => {
    const verdict = await verifySignature(two, { ...policy, select: { tag: 'ours' } }, { findKey, now });
    assert.equal(verdict.ok && verdict.label, 'sig');
  });

  test('and none if there is none such', async () => {
    assert.equal(await outcome(two, { select: { label: 'third' } }), 'no-such-signature');
    assert.equal(await outcome(two, { select: { tag: 'third' } }), 'no-such-signature');
    assert.equal(await outcome(request), 'unsigned');
  });

  test('and none if two have the tag', async () => {
    const same = signed({ label: 'other', tag: 'ours' }, signed({ tag: 'ours' }));
    assert.equal(await outcome(same, { select: { tag: 'ours' } }), 'ambiguous');
  });

  test('only if all of them are well formed', async () => {
    const input = (text: string) => withField(two, 'signature-input', text);
    assert.equal(await outcome(input('sig=(), other=1')), 'malformed');
    assert.equal(await outcome(input('sig=(), third=()')), 'unpaired-label');
    assert.equal(await outcome(input('sig=()')), 'unpaired-label');
    assert.equal(await outcome(withField(two, 'signature', 'sig=:AA==:, other="x"')), 'malformed');
    assert.equal(await outcome(withField(two, 'signature', 'sig=:AA==:;x, other=:AA==:')), 'malformed');
    assert.equal(await outcome(withField(two, 'signature')), 'unpaired-label');
    assert.equal(await outcome(withField(two, 'signature-input')), 'unpaired-label');
  });
});

describe('what must be covered', () => {
  test('is covered with the same parameters, or it is not', async () => {
    assert.equal(await outcome(signed(), { components: ['@method', 'accept'] }), 'accepted');
    assert.equal(await outcome(signed(), { components: ['@path'] }), 'missing-component');
    assert.equal(await outcome(signed(), { components: ['"accept";bs'] }), 'missing-component');
    const wrapped = signed({ components: ['@method', '"accept";bs'] });
    assert.equal(await outcome(wrapped, { components: ['"accept";bs'] }), 'accepted');
    assert.equal(await outcome(wrapped, { components: ['accept'] }), 'missing-component');
  });

  test('may depend on what is there', async () => {
    const fieldsWhenPresent = ['accept', 'authorization'];
    assert.equal(await outcome(signed(), { fieldsWhenPresent }), 'accepted');
    assert.equal(await outcome(signed(), { fieldsWhenPresent: ['date'] }), 'missing-component');
    const added = { ...signed(), fields: [...signed().fields, ['AUTHORIZATION', ''] as const] };
    assert.equal(await outcome(added, { fieldsWhenPresent }), 'missing-component');
  });
});

describe('a policy with a mistake', () => {
  const mistakes: Partial<SignaturePolicy>[] = [
    { fieldsWhenPresent: ['Authorization'] },
    { fieldsWhenPresent: ['authorization '] },
    { components: ['@mehtod'] },
    { maxAgeSeconds: Number.NaN },
    { maxAgeSeconds: -1 },
    { clockSkewSeconds: Number.POSITIVE_INFINITY },
    { maxLifetimeSeconds: Number.NaN },
  ];
  for (const mistake of mistakes) {
    test(`is a fault, not a signature less to ask for: ${JSON.stringify(mistake)}`, async () => {
      await assert.rejects(outcome(signed(), mistake), { name: 'SignaturesFault' });
    });
  }

  test('is a fault when it has no clock', async () => {
    await assert.rejects(outcome(signed(), {}, { now: Number.NaN }), { name: 'SignaturesFault' });
  });
});

describe('what must be said', () => {
  test('is when, unless the policy asks for less or for more', async () => {
    const signing = { label: 'sig', components: ['@method'], key: clientKey };
    const timeless = {
      ...request,
      fields: appendSignature(request.fields, signMessage(request, signing)),
    };
    assert.equal(await outcome(signed()), 'accepted');
    assert.equal(await outcome(timeless), 'missing-parameter');
    assert.equal(await outcome(timeless, { parameters: [], maxAgeSeconds: 60 }), 'missing-parameter');
    assert.equal(await outcome(timeless, { parameters: [] }), 'accepted');
    for (const name of ['expires', 'nonce', 'tag'] as const) {
      assert.equal(await outcome(signed(), { parameters: [name] }), 'missing-parameter', name);
    }
    const all = signed({ expires: nowSeconds + 1, nonce: nonceOf('x'), tag: 'x' });
    assert.equal(
      await outcome(all, { parameters: ['created', 'expires', 'nonce', 'alg', 'tag'] }),
      'accepted',
    );
    assert.equal(await outcome(signed({ omit: ['alg'] }), { parameters: ['alg'] }), 'missing-parameter');
    assert.equal(await outcome(signed({ omit: ['keyid'] }), { parameters: [] }), 'missing-parameter');
  });

  test('is of its own type, and nothing else is said', async () => {
    const bad = [
      'created=1.0',
      'created="1"',
      'created=-1',
      'created',
      'expires=@1',
      'nonce=a',
      'tag',
      'alg=ed25519',
    ];
    for (const parameter of [...bad, 'keyid=:AA==:', 'foo', 'b="x"']) {
      const message = withField(signed(), 'signature-input', `sig=("@method");${parameter}`);
      assert.equal(await outcome(message), 'bad-parameter', parameter);
    }
  });

  test('is the tag that is asked for', async () => {
    assert.equal(await outcome(signed({ tag: 'a' }), { tag: 'a' }), 'accepted');
    assert.equal(await outcome(signed({ tag: 'A' }), { tag: 'a' }), 'wrong-tag');
    assert.equal(await outcome(signed(), { tag: 'a' }), 'wrong-tag');
  });
});

describe('time', () => {
  const at = (seconds: number, more: Partial<SignaturePolicy>, message = signed()) =>
    outcome(message, more, { now: now + seconds * 1000 });

  test('lets a signature grow as old as the policy says, and the skew', async () => {
    assert.equal(await at(300, { maxAgeSeconds: 300 }), 'accepted');
    assert.equal(await at(300.001, { maxAgeSeconds: 300 }), 'too-old');
    assert.equal(await at(305, { maxAgeSeconds: 300, clockSkewSeconds: 5 }), 'accepted');
    assert.equal(await at(1e9, {}), 'accepted');
  });

  test('does not know the future, but for the skew', async () => {
    assert.equal(await at(-0.001, {}), 'from-the-future');
    assert.equal(await at(-5, { clockSkewSeconds: 5 }), 'accepted');
    assert.equal(await at(-5.001, { clockSkewSeconds: 5 }), 'from-the-future');
  });

  test('ends a signature when it says so, even with no policy on age', async () => {
    const message = signed({ expires: nowSeconds + 10 });
    assert.equal(await at(9.999, {}, message), 'accepted');
    assert.equal(await at(10, {}, message), 'expired');
    assert.equal(await at(14.999, { clockSkewSeconds: 5 }, message), 'accepted');
    assert.equal(await at(15, { clockSkewSeconds: 5 }, message), 'expired');
  });

  test('is not said longer than the policy lets', async () => {
    const message = signed({ expires: nowSeconds + 61 });
    assert.equal(await at(0, { maxLifetimeSeconds: 60 }, message), 'lives-too-long');
    assert.equal(await at(0, { maxLifetimeSeconds: 61 }, message), 'accepted');
  });
});

describe('the key', () => {
  test('may be fetched', async () => {
    const later = async (keyid: string) => findKey(keyid);
    assert.equal(await outcome(signed(), {}, { findKey: later }), 'accepted');
  });

  test('is the one of that name, not another that the search gave', async () => {
    assert.equal(await outcome(signed(), {}, { findKey: () => serverKey }), 'unknown-key');
    assert.equal(await outcome(signed(), {}, { findKey: async () => undefined }), 'unknown-key');
  });

  test('that cannot be fetched is a fault, not a refusal', async () => {
    const broken = () => Promise.reject(new Error('no network'));
    await assert.rejects(outcome(signed(), {}, { findKey: broken }), /no network/);
  });
});

describe('the body', () => {
  test('is not looked at unless it is given', async () => {
    assert.equal(await outcome(signed()), 'accepted');
    assert.equal(await outcome(signed(), {}, { body: new Uint8Array() }), 'accepted');
    assert.equal(await outcome(signed(), {}, { body: Buffer.from('x') }), 'missing-digest');
  });

  test('is not believed for a digest that anybody could have put there', async () => {
    const body = Buffer.from('x');
    const uncovered = withField(signed(), 'content-digest', contentDigest(body));
    assert.equal(await outcome(uncovered, {}, { body }), 'missing-component');
    const empty = withField(signed(), 'content-digest', contentDigest(new Uint8Array()));
    assert.equal(await outcome(empty, {}, { body: new Uint8Array() }), 'missing-component');
    const covered = signed(
      { components: ['@method', 'content-digest'] },
      withField(request, 'content-digest', contentDigest(body)),
    );
    assert.equal(await outcome(covered, {}, { body }), 'accepted');
  });

  test('is believed after the signature only: a wrong one is what is told of', async () => {
    const message = withField(request, 'content-digest', 'no digest at all');
    const made = signed({ components: ['@method', 'content-digest'] }, message);
    assert.equal(await outcome(made, {}, { body: Buffer.from('x') }), 'malformed-digest');
    assert.equal(await outcome({ ...made, method: 'PUT' }, {}, { body: Buffer.from('x') }), 'bad-signature');
  });
});
