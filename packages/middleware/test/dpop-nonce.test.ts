import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protect } from '../src/index.ts';
import { apiUrl, boundSetting, withDpop } from './proof-maker.ts';

const nonceSecret = 'a secret that all processes of the API share';

async function nonceSetting(options: { nonceSecret?: string } = {}) {
  const setting = await boundSetting({ dpop: { nonce: true, ...options } });
  const { check, prove, token } = setting;
  /** Sends a proof with this nonce: the outcome, and the nonce that comes with the answer. */
  const send = async (nonce?: string) => {
    const verdict = await check(withDpop(token, await prove(token, { nonce })));
    if (verdict.ok) return { outcome: 'ok', nonce: verdict.headers?.['dpop-nonce'] };
    const outcome = `${verdict.response.status} ${verdict.refusal} ${verdict.reason}`;
    return { outcome, nonce: verdict.response.headers.get('dpop-nonce') ?? undefined };
  };
  return { ...setting, send };
}

test('a proof without a nonce is answered with one, and good with it', async () => {
  const { send } = await nonceSetting();
  const first = await send();
  assert.equal(first.outcome, '401 use_dpop_nonce missing-nonce');
  assert.ok(first.nonce !== undefined && /^[\x21-\x7e]{20,}$/.test(first.nonce));
  assert.deepEqual(await send(first.nonce), { outcome: 'ok', nonce: undefined });
});

test('the challenge is one that clients of RFC 9449 §9 know, and is not kept by caches', async () => {
  const { check, prove, token } = await nonceSetting();
  const verdict = await check(withDpop(token, await prove(token)));
  assert.ok(!verdict.ok);
  const { headers } = verdict.response;
  assert.match(headers.get('www-authenticate') ?? '', /^DPoP realm="argus", error="use_dpop_nonce", /);
  assert.doesNotMatch(headers.get('www-authenticate') ?? '', /Bearer/);
  assert.equal(headers.get('cache-control'), 'no-store');
});

test('an invented nonce and one of another API are answered with a good one', async () => {
  const { send } = await nonceSetting();
  const elsewhere = await nonceSetting();
  const foreign = (await elsewhere.send()).nonce;
  for (const nonce of ['invented', foreign]) {
    const { outcome, nonce: good } = await send(nonce);
    assert.equal(outcome, '401 use_dpop_nonce stale-nonce');
    assert.equal((await send(good)).outcome, 'ok');
  }
});

test('a nonce is good until the end of the next two minutes, and a good answer then brings a newer one', async () => {
  const { check, prove, send, bound, clock } = await nonceSetting();
  const slotMs = 120_000;
  clock.advance(slotMs - (clock.now() % slotMs));
  const { nonce } = await send();
  clock.advance(2 * slotMs - 1);
  const token = await bound();
  const late = await check(withDpop(token, await prove(token, { nonce })));
  assert.ok(late.ok);
  assert.deepEqual(Object.keys(late.headers ?? {}).sort(), ['cache-control', 'dpop-nonce']);
  clock.advance(1);
  const stale = await check(withDpop(token, await prove(token, { nonce })));
  assert.equal(!stale.ok && stale.reason, 'stale-nonce');
  const newer = await prove(token, { nonce: late.headers?.['dpop-nonce'] });
  assert.equal((await check(withDpop(token, newer))).ok, true);
});

test('processes that share the secret take each other’s nonces', async () => {
  const { issuer, clock, send, prove, token } = await nonceSetting({ nonceSecret });
  const { nonce } = await send();
  const dpop = { nonce: true, nonceSecret };
  const sibling = protect({ issuer: issuer.url, publicUrl: apiUrl, fetch: issuer.fetch, clock, dpop });
  assert.equal((await sibling.check(withDpop(token, await prove(token, { nonce })))).ok, true);
});

test('a proof refused for want of a nonce is not used up, and a used one with a nonce is', async () => {
  const { check, prove, token, state, send } = await nonceSetting();
  await send();
  assert.equal(state().proofs, 0);
  const { nonce } = await send();
  const proof = await prove(token, { nonce });
  assert.equal((await check(withDpop(token, proof))).ok, true);
  const again = await check(withDpop(token, proof));
  assert.equal(!again.ok && again.reason, 'replayed-proof');
});

test('a proof that is bad besides is called bad, and the nonce for a better one comes with it', async () => {
  const { check, prove, token } = await nonceSetting();
  const verdict = await check(withDpop(token, await prove(token, { htm: 'POST' })));
  assert.ok(!verdict.ok);
  assert.equal(verdict.refusal, 'invalid_dpop_proof');
  assert.equal(verdict.response.headers.has('dpop-nonce'), true);
});

test('bearer tokens and cookies hear nothing of nonces', async () => {
  const { check, issuer } = await nonceSetting();
  const token = await issuer.token();
  for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: `__Host-argus_access=${token}` }]) {
    const verdict = await check(new Request(`${apiUrl}/notes`, { headers }));
    assert.equal(verdict.ok && verdict.headers === undefined, true);
  }
});
