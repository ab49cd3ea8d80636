import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signBase } from '../src/algorithms.ts';
import {
  type SignaturePolicy,
  type SignatureVerdict,
  signatureBase,
  signMessage,
  verifySignature,
} from '../src/index.ts';
import { serialiseItem } from '../src/structured-fields/index.ts';
import {
  inputOf,
  keyOf,
  messageOf,
  signatureOf,
  signedMessageOf,
  type Vector,
  vectorsOfRfc,
  withFields,
} from './rfc9421.ts';
import { vectorsAbsent } from './vectors.ts';

const sections = [
  ...['B.2.1', 'B.2.2', 'B.2.3', 'B.2.4', 'B.2.5', 'B.2.6', 'B.3'],
  ...['B.4.0', 'B.4.1', 'B.4.2', 'B.4.3', 'B.4.4', 'B.4.5'],
  ...['2.4-a', '2.4-b-req', '2.4-b-res', '4.3-client', '4.3-proxy-sig1', '4.3-proxy'],
];

/** At the second in which the vector was signed. */
function verified(vector: Vector, message = signedMessageOf(vector)): Promise<SignatureVerdict> {
  const policy: SignaturePolicy = { select: { label: vector.label }, components: [] };
  const created = inputOf(vector).parameters.get('created');
  const now = created?.kind === 'integer' ? created.value * 1000 : 0;
  const findKey = (keyid: string) => (keyid === vector.keyid ? keyOf(vector, 'public') : undefined);
  return verifySignature(message, policy, { findKey, now });
}

describe('the vectors of RFC 9421', { skip: vectorsAbsent }, () => {
  const vectors = vectorsAbsent ? [] : vectorsOfRfc().tests;

  test('all nineteen are there', () => {
    assert.deepEqual(vectors.map(({ section }) => section).sort(), [...sections].sort());
  });

  for (const vector of vectors) {
    const { section, title, expect, deterministic } = vector;
    test(`${section} ${title}: ${expect}, as the RFC says`, async () => {
      const verdict = await verified(vector);
      assert.equal(verdict.ok ? 'valid' : verdict.rejection, expect === 'valid' ? 'valid' : 'bad-signature');
    });

    if (vector.signatureBase !== undefined) {
      test(`${section} ${title}: the signature base is the one of the RFC`, () => {
        const made = signatureBase(messageOf(vector), inputOf(vector));
        assert.equal(made.ok ? made.base.toString('latin1') : made.rejection, vector.signatureBase);
      });
    }

    if (expect === 'invalid') continue;
    test(`${section} ${title}: signed anew it ${deterministic ? 'has the same bytes' : 'is verified'}`, async () => {
      const made = signatureBase(messageOf(vector), inputOf(vector));
      assert.ok(made.ok);
      const signature = new Uint8Array(signBase(keyOf(vector, 'private'), made.base));
      if (deterministic) return assert.deepEqual(signature, signatureOf(vector));
      assert.notDeepEqual(signature, signatureOf(vector));
      const anew = { ...vector, signature: `${vector.label}=:${Buffer.from(signature).toString('base64')}:` };
      const alone = { ...anew, signatureInput: onlyInput(vector) };
      assert.equal((await verified(vector, signedMessageOf(alone))).ok, true);
    });

    test(`${section} ${title}: signed with our own order of parameters it is verified`, async () => {
      const input = inputOf(vector);
      const message = messageOf(vector);
      const number = (name: string) => {
        const value = input.parameters.get(name);
        return value?.kind === 'integer' ? { [name]: value.value } : {};
      };
      const { signatureInput, signature } = signMessage(message, {
        label: vector.label,
        components: input.items.map(serialiseItem),
        key: keyOf(vector, 'private'),
        ...number('created'),
        ...number('expires'),
      });
      const lines = [
        ['signature-input', signatureInput],
        ['signature', signature],
      ] as const;
      assert.equal((await verified(vector, withFields(message, lines))).ok, true);
    });
  }
});

function onlyInput({ signatureInput, label }: Vector): string {
  const member = signatureInput.split(/, (?=[a-z_0-9]+=\()/).find((each) => each.startsWith(`${label}=`));
  return member ?? assert.fail(`no input named ${label}`);
}
