import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importJwks } from '../src/jwks.ts';
import { readHeader, verifyWith } from '../src/jwt.ts';
import { readVectors, vectorsAbsent } from './fixtures.ts';

interface Group {
  comment: string;
  private: { keys: Record<string, unknown>[] };
  public?: { keys: Record<string, unknown>[] };
  tests: { tcId: number; comment: string; jws: string; result: 'valid' | 'invalid' }[];
}

/** A JWKS with a symmetric key has published a secret, so Argus uses none: these valid cases are refused. */
const symmetricAndValid = [2, 13, 14, 15];

test('every Wycheproof JWK case is refused or accepted as its authors say, symmetric keys never', {
  skip: vectorsAbsent,
}, () => {
  const groups = readVectors<{ testGroups: Group[] }>('wycheproof/json_web_key_test.json').testGroups;
  let count = 0;
  for (const group of groups) {
    for (const one of group.tests) {
      count++;
      const expected = one.result === 'valid' && !symmetricAndValid.includes(one.tcId);
      const isAccepted = accepts(group.public ?? group.private, one.jws);
      assert.equal(isAccepted, expected, `case ${one.tcId}: ${group.comment} / ${one.comment}`);
    }
  }
  assert.equal(count, 26);
});

test('no Wycheproof key set that holds private keys gives a usable key', { skip: vectorsAbsent }, () => {
  const groups = readVectors<{ testGroups: Group[] }>('wycheproof/json_web_key_test.json').testGroups;
  const ofPrivate = groups.filter((group) => group.comment !== 'jws_mixedSymmetryKeyset' && group.public);
  assert.ok(ofPrivate.length > 5);
  for (const group of ofPrivate) {
    assert.equal(importJwks(group.private, 20)?.keys.size, 0, group.comment);
  }
});

function accepts(jwks: { keys: Record<string, unknown>[] }, jws: string): boolean {
  const header = readHeader(jws);
  const keys = importJwks(jwks, 20)?.keys;
  if (typeof header === 'string' || keys === undefined) return false;
  const key = keys.get(header.kid);
  return key !== undefined && verifyWith(key, header, jws).ok;
}
