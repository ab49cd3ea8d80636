import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AccessClaims,
  isOfPerson,
  issueAccessToken,
  openKeyRing,
  TokensFault,
  verifyAccessToken,
} from '../src/index.ts';
import {
  accessClaims,
  algorithms,
  clientClaims,
  expectAccess,
  forge,
  headerOf,
  issued,
  keyOf,
  masterKey,
  now,
  ringOf,
} from './fixtures.ts';

const ring = await ringOf('EdDSA');
const key = ring.signing('access', now);
const ofPerson = ['sid', 'sct', 'amr', 'acr', 'auth_time'] as const;

function verdict(claims: Readonly<Record<string, unknown>>): string {
  const verified = verifyAccessToken(ring, forge(key, headerOf(key), claims), expectAccess);
  return verified.ok ? 'accepted' : verified.rejection;
}

test('a client that acts by itself gets a token that says nothing of a person', async () => {
  const verified = verifyAccessToken(ring, await issued(ring, clientClaims), expectAccess);
  assert.deepEqual(verified, { ok: true, claims: clientClaims });
  assert.equal(isOfPerson(clientClaims), false);
  assert.equal(isOfPerson(accessClaims), true);
});

for (const name of ofPerson) {
  test(`a token that says ${name} but not the rest of a person is neither a person's nor a client's`, async () => {
    const half = { ...clientClaims, [name]: accessClaims[name] };
    assert.equal(verdict(half), 'bad-claims');
    await assert.rejects(issued(ring, half), TokensFault);
    assert.equal(verdict({ ...clientClaims, [name]: null }), 'bad-claims');
  });
}

test('who acts for the subject is named by sub, and by client at most (RFC 8693 §4.1)', async () => {
  const act = { sub: 'reports', client_id: 'reports' };
  for (const claims of [
    { ...accessClaims, act },
    { ...clientClaims, act: { sub: 'reports' } },
  ]) {
    const verified = verifyAccessToken(ring, await issued(ring, claims), expectAccess);
    assert.deepEqual(verified, { ok: true, claims });
  }
  for (const wrong of [{}, { sub: '' }, { sub: 7 }, 'reports', { client_id: 'reports' }, [act], null]) {
    assert.equal(verdict({ ...accessClaims, act: wrong }), 'bad-claims', JSON.stringify(wrong));
  }
  for (const wrong of [
    { ...act, act },
    { ...act, iss: 'https://other.example' },
    { ...act, client_id: 7 },
  ]) {
    assert.equal(verdict({ ...accessClaims, act: wrong }), 'bad-claims', JSON.stringify(wrong));
  }
});

test('a token is signed by RS256 unless another algorithm is named, and by that one alone', async () => {
  const all = openKeyRing(await Promise.all(algorithms.map(keyOf)), masterKey);
  const algOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).alg;
  assert.equal(algOf(await issueAccessToken(all, accessClaims, now)), 'RS256');
  for (const algorithm of algorithms) {
    const token = await issueAccessToken(all, accessClaims, now, algorithm);
    assert.equal(algOf(token), algorithm);
    assert.equal(verifyAccessToken(all, token, expectAccess).ok, true);
  }
  await assert.rejects(issueAccessToken(ring, accessClaims, now), TokensFault);
});

test('members of an actor that are no claims of ours are never signed', async () => {
  const act = Object.assign({ password: 'hunter2' }, { sub: 'reports' });
  const claims: AccessClaims = { ...clientClaims, act };
  const verified = verifyAccessToken(ring, await issued(ring, claims), expectAccess);
  assert.deepEqual(verified.claims?.act, { sub: 'reports' });
});
