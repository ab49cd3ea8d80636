import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import type { VerificationKey } from '../src/algorithm.ts';
import { readForeignHeader } from '../src/foreign-jws.ts';
import {
  importClientKeys,
  longestToken,
  signingAlgorithms,
  thumbprint,
  verifyForeign,
} from '../src/index.ts';
import { importJwk } from '../src/jwks.ts';
import { readHeader, type TokenRejection, verifyWith } from '../src/jwt.ts';
import { readVectors, vectorsAbsent } from './fixtures.ts';

interface Example {
  input: { payload: string; key: { kid?: string; k?: string; [name: string]: unknown }; alg: string };
  output: { compact?: string; json: object; json_flat?: object };
}

type Verdict = { payload: string } | TokenRejection;

const examples: readonly { file: string; verdict: 'payload' | TokenRejection; because: string }[] = [
  { file: 'jws/4_1.rsa_v15_signature', verdict: 'payload', because: 'RS256' },
  { file: 'jws/4_4.hmac-sha2_integrity_protection', verdict: 'payload', because: 'HS256' },
  { file: 'jws/4_2.rsa-pss_signature', verdict: 'wrong-algorithm', because: 'PS384 is not offered' },
  { file: 'jws/4_3.ecdsa_signature', verdict: 'wrong-algorithm', because: 'ES512 is not offered' },
  {
    file: 'jws/4_5.signature_with_detached_content',
    verdict: 'bad-signature',
    because: 'its payload is elsewhere',
  },
  { file: 'curve25519/jws', verdict: 'bad-header', because: 'it names no key' },
  { file: 'rfc7797/hmac-sha2_b64_false', verdict: 'malformed', because: 'b64=false is refused (RFC 7797)' },
];

/** The other forms of RFC 7515 §7.2, one or many signatures, protected or not: none of them is a token. */
const asJson = [
  ...examples.map(({ file }) => file),
  'jws/4_6.protecting_specific_header_fields',
  'jws/4_7.protecting_content_only',
  'jws/4_8.multiple_signatures',
  'rfc7797/4.2.hmac-sha2_b64_false',
];

for (const { file, verdict, because } of examples) {
  test(`the JOSE cookbook's ${file} gives ${verdict}: ${because}`, { skip: vectorsAbsent }, () => {
    const example = readVectors<Example>(`jose-cookbook/${file}.json`);
    const result = verdictOf(example);
    assert.deepEqual(result, verdict === 'payload' ? { payload: example.input.payload } : verdict);
  });
}

for (const file of asJson) {
  test(`the JOSE cookbook's ${file} in JSON is malformed, for our own readers and for others' tokens`, {
    skip: vectorsAbsent,
  }, () => {
    const { json, json_flat: flat = json } = readVectors<Example>(`jose-cookbook/${file}.json`).output;
    for (const form of [json, flat]) {
      assert.equal(readHeader(JSON.stringify(form)), 'malformed');
      assert.equal(readForeignHeader(JSON.stringify(form), longestToken), 'malformed');
    }
  });
}

test('the JOSE cookbook’s Ed25519 signature, which names no key, is good as somebody else’s', {
  skip: vectorsAbsent,
}, () => {
  const { input, output } = readVectors<Example>('jose-cookbook/curve25519/jws.json');
  const { d: _d, ...publicKey } = input.key;
  const imported = importClientKeys({ keys: [publicKey] });
  assert.ok(imported.ok);
  const expect = { types: [undefined], algorithms: signingAlgorithms };
  const proven = verifyForeign(imported.keys, output.compact ?? '', expect);
  assert.equal(proven.ok && proven.payload.toString('utf8'), input.payload);
});

test('the keys of the cookbook that are public are taken, those with secrets are not', {
  skip: vectorsAbsent,
}, () => {
  const verdicts = [
    '3_1.ec_public_key',
    '3_2.ec_private_key',
    '3_3.rsa_public_key',
    '3_4.rsa_private_key',
  ].map((name) => {
    const imported = importClientKeys({ keys: [readVectors<object>(`jose-cookbook/jwk/${name}.json`)] });
    return imported.ok ? 'taken' : imported.rejection;
  });
  // The EC keys lie on P-521, which no algorithm here uses.
  assert.deepEqual(verdicts, ['unsupported-algorithm', 'secret', 'taken', 'secret']);
  for (const name of ['3_5.symmetric_key_mac_computation', '3_6.symmetric_key_encryption']) {
    const imported = importClientKeys({ keys: [readVectors<object>(`jose-cookbook/jwk/${name}.json`)] });
    assert.deepEqual(imported, { ok: false, rejection: 'secret' });
  }
});

interface ThumbprintVector {
  jwk: JsonWebKey;
  thumbprint_sha256: string;
}

test('the thumbprint of RFC 7638 §3.1 is reproduced from its file', { skip: vectorsAbsent }, () => {
  const { jwk, thumbprint_sha256: expected } = readVectors<ThumbprintVector>(
    'misc/rfc7638-jwk-thumbprint.json',
  );
  assert.equal(thumbprint(jwk), expected);
});

test('the thumbprint of RFC 7638 §3.1 is reproduced', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
  const jwk = { kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' };
  assert.equal(thumbprint(jwk), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
});

test('the thumbprint of the Ed25519 key in RFC 8037 A.3 is reproduced', () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
  assert.equal(thumbprint(jwk), 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

function verdictOf(example: Example): Verdict {
  const token = example.output.compact ?? assert.fail('no compact form');
  const header = readHeader(token);
  if (typeof header === 'string') return header;
  const key = keyOf(example);
  if (key === undefined) return 'wrong-algorithm';
  const proven = verifyWith(key, header, token);
  return proven.ok ? { payload: proven.payload.toString('utf8') } : proven.rejection;
}

function keyOf({ input }: Example): VerificationKey | undefined {
  const { kid = '', k, d: _privateExponent, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...members } = input.key;
  if (k !== undefined) {
    const key = createSecretKey(k, 'base64url');
    return { kid, use: 'refresh', algorithm: 'HS256', key, removeAfterAt: null };
  }
  const imported = importJwk({ ...members, kid, alg: input.alg });
  return typeof imported === 'string' ? undefined : imported;
}
