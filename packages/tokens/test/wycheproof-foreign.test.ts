import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importClientKeys, signingAlgorithms, verifyForeign } from '../src/index.ts';
import { readVectors, vectorsAbsent } from './fixtures.ts';

interface Group {
  comment: string;
  private?: Record<string, unknown>;
  public?: Record<string, unknown>;
  tests: { tcId: number; comment: string; jws?: unknown; result: 'valid' | 'invalid' | 'acceptable' }[];
}

/**
 * Valid cases that are refused all the same: somebody else's keys are public, and only four algorithms are offered.
 * Everything else must agree with the authors.
 */
const files: readonly { file: string; accepted: number; refused: Readonly<Record<string, number>> }[] = [
  {
    file: 'json_web_signature_test',
    accepted: 16,
    refused: { secret: 10, 'unsupported-algorithm': 18, 'wrong-algorithm': 2 },
  },
  { file: 'json_web_crypto_test', accepted: 2, refused: { secret: 2 } },
  { file: 'json_web_key_test', accepted: 1, refused: { secret: 4 } },
];

for (const { file, accepted, refused } of files) {
  test(`read as somebody else's, every JWS of Wycheproof's ${file} is judged as its authors judge it`, {
    skip: vectorsAbsent,
  }, () => {
    const reasons: Record<string, number> = {};
    let good = 0;
    for (const group of readVectors<{ testGroups: Group[] }>(`wycheproof/${file}.json`).testGroups) {
      for (const { tcId, comment, jws, result } of group.tests) {
        if (jws === undefined) continue;
        const reason = judged(group, typeof jws === 'string' ? jws : JSON.stringify(jws));
        if (reason === 'accepted') {
          good++;
          assert.equal(result, 'valid', `case ${tcId}: ${group.comment} / ${comment}`);
        } else if (result === 'valid') reasons[reason] = (reasons[reason] ?? 0) + 1;
      }
    }
    assert.deepEqual({ good, reasons }, { good: accepted, reasons: refused });
  });
}

function judged(group: Group, token: string): string {
  const source = group.public ?? group.private ?? {};
  const imported = importClientKeys('keys' in source ? source : { keys: [source] });
  if (!imported.ok) return imported.rejection;
  const expect = { types: [undefined, 'JWT'], algorithms: signingAlgorithms };
  const verified = verifyForeign(imported.keys, token, expect);
  return verified.ok ? 'accepted' : verified.rejection;
}
