import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { type SigningAlgorithm, verifySignature } from '../src/algorithm.ts';
import { readVectors, vectorsAbsent } from './fixtures.ts';

interface Case {
  tcId: number;
  comment: string;
  msg: string;
  sig: string;
  result: 'valid' | 'invalid' | 'acceptable';
  flags: string[];
}
interface Group {
  publicKeyDer: string;
  tests: Case[];
}

const files: readonly { file: string; algorithm: SigningAlgorithm; cases: number; valid: number }[] = [
  { file: 'ecdsa_secp256r1_sha256_p1363_test', algorithm: 'ES256', cases: 262, valid: 173 },
  { file: 'ed25519_test', algorithm: 'EdDSA', cases: 151, valid: 88 },
  { file: 'rsa_signature_2048_sha256_test', algorithm: 'RS256', cases: 259, valid: 9 },
  { file: 'rsa_signature_3072_sha256_test', algorithm: 'RS256', cases: 259, valid: 8 },
];

for (const { file, algorithm, cases, valid } of files) {
  test(`every signature of Wycheproof's ${file} is judged as its authors judge it, doubtful ones refused`, {
    skip: vectorsAbsent,
  }, () => {
    let count = 0;
    let accepted = 0;
    for (const { key, one } of casesOf(file)) {
      count++;
      const isGood = verifies(key, algorithm, one);
      // "acceptable": a DigestInfo without its NULL, which RFC 8017 §9.2 note 1 lets a verifier refuse.
      assert.equal(isGood, one.result === 'valid', `case ${one.tcId}: ${one.comment} ${one.flags.join()}`);
      if (isGood) accepted++;
    }
    assert.deepEqual([count, accepted], [cases, valid]);
  });
}

/** Wrong for PSS, and right for the algorithm it was made by. */
const madeByRs256 = 178;

test('PS256 takes no signature made by PSS with another hash and salt, nor one by RS256', {
  skip: vectorsAbsent,
}, () => {
  let count = 0;
  for (const { key, one } of casesOf('rsa_pss_4096_sha512_mgf1_64_test')) {
    count++;
    assert.equal(verifies(key, 'PS256', one), false, `case ${one.tcId}`);
    assert.equal(verifies(key, 'RS256', one), one.tcId === madeByRs256, `case ${one.tcId}`);
  }
  assert.equal(count, 179);
});

function* casesOf(file: string) {
  for (const group of readVectors<{ testGroups: Group[] }>(`wycheproof/${file}.json`).testGroups) {
    const der = Buffer.from(group.publicKeyDer, 'hex');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    for (const one of group.tests) yield { key, one };
  }
}

function verifies(key: ReturnType<typeof createPublicKey>, algorithm: SigningAlgorithm, one: Case): boolean {
  return verifySignature({ algorithm, key }, Buffer.from(one.msg, 'hex'), Buffer.from(one.sig, 'hex'));
}
