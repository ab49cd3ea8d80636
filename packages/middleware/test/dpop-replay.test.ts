import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { seeded } from '@argus/testing/seeded';
import express from 'express';
import fc from 'fast-check';
import { expressProtection } from '../src/adapters/express.ts';
import { type ProofClaim, type ProofReplays, protect } from '../src/index.ts';
import { createProofTable } from '../src/proof-replays.ts';
import { listening } from './fake-issuer.ts';
import { apiUrl, boundSetting, proofMaker, withDpop } from './proof-maker.ts';

const replayed = '401 invalid_dpop_proof replayed-proof';

test('of a hundred requests at once with one proof, one is let in', async () => {
  const { outcome, prove, token } = await boundSetting();
  const proof = await prove(token);
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => outcome(withDpop(token, proof))));
  assert.equal(outcomes.filter((each) => each === 'ok').length, 1);
  assert.equal(outcomes.filter((each) => each === replayed).length, 99);
});

test('a proof stays used for as long as it could be used', async () => {
  const { outcome, prove, token, clock } = await boundSetting();
  const proof = await prove(token);
  assert.equal(await outcome(withDpop(token, proof)), 'ok');
  clock.advance(59_000);
  assert.equal(await outcome(withDpop(token, proof)), replayed);
  clock.advance(1_000);
  assert.equal(await outcome(withDpop(token, proof)), '401 invalid_dpop_proof too-old');
});

test('a new proof under an old name is refused, even for another URL', async () => {
  const { outcome, checkParts, prove, token } = await boundSetting();
  assert.equal(await outcome(withDpop(token, await prove(token, { jti: 'same' }))), 'ok');
  assert.equal(await outcome(withDpop(token, await prove(token, { jti: 'same' }))), replayed);
  const dpop = await prove(token, { jti: 'same', htu: `${apiUrl}/other` });
  const headers: Record<string, string> = { authorization: `DPoP ${token}`, dpop };
  const verdict = await checkParts({ method: 'GET', url: '/other', header: (name) => headers[name] });
  assert.equal(!verdict.ok && verdict.reason, 'replayed-proof');
});

test('a stranger cannot use up the names of somebody else', async () => {
  const { outcome, prove, token, issuer, clock } = await boundSetting();
  const stranger = await proofMaker(clock);
  const own = await issuer.token({ cnf: { jkt: stranger.jkt } });
  assert.equal(await outcome(withDpop(own, await stranger.prove(own, { jti: 'same' }))), 'ok');
  assert.equal(await outcome(withDpop(token, await prove(token, { jti: 'same' }))), 'ok');
});

test('a full table lets nobody in until a proof in it has expired, and says when to come back', async () => {
  const { check, prove, token, clock, state } = await boundSetting({ dpop: { replayEntries: 3 } });
  const enter = async () => check(withDpop(token, await prove(token)));
  for (let n = 0; n < 3; n++) {
    assert.equal((await enter()).ok, true);
    clock.advance(1_000);
  }
  const verdict = await enter();
  assert.ok(!verdict.ok);
  assert.deepEqual([verdict.refusal, verdict.reason], ['unavailable', 'too-many-proofs']);
  assert.equal(verdict.response.status, 503);
  assert.equal(verdict.response.headers.get('retry-after'), '5');
  assert.equal(state().proofs, 3);
  clock.advance(58_000);
  assert.equal((await enter()).ok, true);
  assert.equal(state().proofs, 3);
});

test('a full table still knows the proofs in it for replays', async () => {
  const { outcome, prove, token } = await boundSetting({ dpop: { replayEntries: 1 } });
  const proof = await prove(token);
  assert.equal(await outcome(withDpop(token, proof)), 'ok');
  assert.equal(await outcome(withDpop(token, proof)), replayed);
});

test('a million proofs within an hour leave no more in memory than a minute of them', () => {
  const { clock } = seeded();
  const table = createProofTable({ entries: 1_000_000, clock });
  let most = 0;
  for (let n = 0; n < 1_000_000; n++) {
    assert.equal(table.claim(`proof ${n}`, clock.now() + 60_000), 'first');
    if (n % 278 === 0) clock.advance(1_000);
    most = Math.max(most, table.size());
  }
  assert.ok(most > 60 * 278 && most < 63 * 278, `${most} at most`);
});

test('property: a table does what a list of everything would, within its bound', () => {
  const step = fc.record({
    name: fc.constantFrom(...'abcdefgh'),
    lifeMs: fc.integer({ min: 1, max: 70_000 }),
    waitMs: fc.integer({ min: 0, max: 20_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock } = seeded();
      const table = createProofTable({ entries: 4, clock });
      const until = new Map<string, number>();
      for (const { name, lifeMs, waitMs } of steps) {
        clock.advance(waitMs);
        const now = clock.now();
        const claim = table.claim(name, now + lifeMs);
        const isLive = (until.get(name) ?? 0) > now;
        if (isLive) assert.equal(claim, 'replayed');
        if (claim === 'first') until.set(name, now + lifeMs);
        // Forgotten by the second, so up to one second late.
        const kept = [...until.values()].filter((end) => end > now - 1_000).length;
        if (claim === 'full') assert.ok(kept >= 4);
        assert.ok(table.size() <= 4);
      }
    }),
  );
});

test('two doors that guard one request see one proof, and the next request needs its own', async () => {
  const { check, requiring, prove, token } = await boundSetting();
  const request = withDpop(token, await prove(token));
  const inner = requiring({ scope: 'notes.read' });
  assert.equal((await check(request)).ok, true);
  assert.equal((await inner.check(request)).ok, true);
  const verdict = await inner.check(new Request(request));
  assert.equal(!verdict.ok && verdict.reason, 'replayed-proof');
});

test('a request changed between two doors is proven anew', async () => {
  const { checkParts, prove, token } = await boundSetting();
  const request = {};
  const headers: Record<string, string> = { authorization: `DPoP ${token}`, dpop: await prove(token) };
  const parts = { method: 'GET', url: '/notes', header: (name: string) => headers[name], request };
  assert.equal((await checkParts(parts)).ok, true);
  const other = await checkParts({ ...parts, method: 'DELETE' });
  assert.equal(!other.ok && other.reason, 'wrong-method');
  headers.dpop = await prove(token, { htu: `${apiUrl}/other` });
  const moved = await checkParts(parts);
  assert.equal(!moved.ok && moved.reason, 'wrong-url');
});

test('in Express a route with a guard of its own lets one proof through once', async () => {
  const { issuer, prove, token, clock } = await boundSetting();
  const options = { issuer: issuer.url, publicUrl: apiUrl, fetch: issuer.fetch, clock };
  const session = expressProtection(protect(options));
  const app = express();
  app.use('/api', session);
  app.get('/api/notes', session.guard({ scope: 'notes.read' }), (_request, response) => {
    response.status(204).end();
  });
  await using api = await listening(app);
  const send = async (dpop: string) => {
    const headers = { authorization: `DPoP ${token}`, dpop };
    const [response] = await once(
      httpRequest({ host: '127.0.0.1', port: api.port, path: '/api/notes', headers, agent: false }).end(),
      'response',
    );
    response.resume();
    return response.statusCode;
  };
  const proof = await prove(token, { htu: `${apiUrl}/api/notes` });
  assert.deepEqual([await send(proof), await send(proof)], [204, 401]);
});

test('proofs can be remembered elsewhere: what is said there counts, and an outage lets nobody in', async () => {
  const claims: { proof: string; expiresAt: number }[] = [];
  let answer: () => Promise<ProofClaim> = async () => 'first';
  const replays: ProofReplays = {
    claim: (proof, expiresAt) => {
      claims.push({ proof, expiresAt });
      return answer();
    },
  };
  const { check, outcome, prove, token, clock } = await boundSetting({ dpop: { replays } });
  const iat = Math.floor(clock.now() / 1000);
  const proof = await prove(token);
  assert.equal(await outcome(withDpop(token, proof)), 'ok');
  answer = async () => 'replayed';
  assert.equal(await outcome(withDpop(token, proof)), replayed);
  assert.match(claims[0]?.proof ?? '', /^[\w-]{43}$/);
  assert.deepEqual(claims[1], claims[0]);
  assert.equal(claims[0]?.expiresAt, (iat + 60) * 1000);
  answer = async () => Promise.reject(new Error('the store is down'));
  await assert.rejects(check(withDpop(token, await prove(token))), /the store is down/);
});
