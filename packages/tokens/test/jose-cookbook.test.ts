import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import type { VerificationKey } from '../src/algorithm.ts';
import { thumbprint } from '../src/index.ts';
import { importJwk } from '../src/jwks.ts';
import { readHeader, type TokenRejection, verifyWith } from '../src/jwt.ts';
import { readVectors, vectorsAbsent } from './fixtures.ts';

interface Example {
  input: { payload: string; key: { kid?: string; k?: string; [name: string]: unknown }; alg: string };
  output: { compact: string };
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

for (const { file, verdict, because } of examples) {
  test(`the JOSE cookbook's ${file} gives ${verdict}: ${because}`, { skip: vectorsAbsent }, () => {
    const example = readVectors<Example>(`jose-cookbook/${file}.json`);
    const result = verdictOf(example);
    assert.deepEqual(result, verdict === 'payload' ? { payload: example.input.payload } : verdict);
  });
}

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
  const token = example.output.compact;
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
