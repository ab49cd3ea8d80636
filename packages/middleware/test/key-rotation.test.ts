import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protect } from '../src/index.ts';
import { setting, withBearer } from './fake-issuer.ts';

async function guarded() {
  const { clock, issuer } = await setting();
  const protection = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const outcome = async (token: string) => {
    const verdict = await protection.check(withBearer(token));
    return verdict.ok ? 'ok' : verdict.reason;
  };
  return { ...protection, outcome, clock, issuer };
}

const unreachable = () => Promise.reject(new TypeError('fetch failed'));

test('many first requests at once fetch the keys once', async () => {
  const { outcome, issuer } = await guarded();
  const tokens = await Promise.all(Array.from({ length: 50 }, () => issuer.token()));
  const outcomes = await Promise.all(tokens.map(outcome));
  assert.deepEqual(new Set(outcomes), new Set(['ok']));
  assert.equal(issuer.fetches(), 1);
});

test('a token signed by a key unknown so far is accepted after one more fetch', async () => {
  const { outcome, clock, issuer } = await guarded();
  await outcome(await issuer.token());
  clock.advance(60_000);
  await issuer.rotate();
  assert.equal(await outcome(await issuer.token()), 'ok');
  assert.equal(issuer.fetches(), 2);
});

test('tokens of invented keys cause one fetch per cool-down, however many come', async () => {
  const { outcome, clock, issuer } = await guarded();
  await outcome(await issuer.token());
  clock.advance(30_000);
  const [, payload, signature] = (await issuer.token()).split('.');
  for (let n = 0; n < 100; n++) {
    const header = JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: `invented-${n}` });
    const token = `${Buffer.from(header).toString('base64url')}.${payload}.${signature}`;
    assert.equal(await outcome(token), 'unknown-key');
  }
  assert.equal(issuer.fetches(), 2);
});

test('a key that was withdrawn proves nothing any more, not even a cached token', async () => {
  const { outcome, clock, issuer } = await guarded();
  const token = await issuer.token();
  assert.equal(await outcome(token), 'ok');
  clock.advance(60_000);
  await issuer.rotate();
  issuer.withdrawOldKeys();
  assert.equal(await outcome(await issuer.token()), 'ok');
  assert.equal(await outcome(token), 'unknown-key');
});

test('a cached token survives a fetch that brings the same key again', async () => {
  const { outcome, clock, issuer, state } = await guarded();
  const token = await issuer.token();
  await outcome(token);
  clock.advance(60_000);
  await issuer.rotate();
  await outcome(await issuer.token());
  assert.equal(state().cache.entries, 2);
  assert.equal(await outcome(token), 'ok');
  assert.equal(state().cache.entries, 2);
});

test('a cached token does not survive another key under the same name', async () => {
  const { outcome, clock, issuer } = await guarded();
  const token = await issuer.token();
  await outcome(token);
  const [first] = issuer.jwks().keys;
  clock.advance(60_000);
  await issuer.rotate();
  const [second] = issuer.jwks().keys;
  issuer.answerWith(() => Response.json({ keys: [{ ...second, kid: kidOf(first) }, second] }));
  await outcome(await issuer.token());
  assert.equal(await outcome(token), 'bad-signature');
});

function kidOf(jwk: object | undefined): unknown {
  return jwk !== undefined && 'kid' in jwk ? jwk.kid : undefined;
}

test('cached tokens alone keep the key set fresh', async () => {
  const { outcome, clock, issuer } = await guarded();
  const token = await issuer.token({ exp: Math.floor(clock.now() / 1000) + 3_600 });
  await outcome(token);
  clock.advance(301_000);
  await outcome(token);
  assert.equal(issuer.fetches(), 2);
});

test('while the issuer was never reached every token is refused with 503 and a time to retry', async () => {
  const { check, issuer } = await guarded();
  issuer.answerWith(unreachable);
  const verdict = await check(withBearer(await issuer.token()));
  assert.ok(!verdict.ok);
  assert.deepEqual([verdict.refusal, verdict.reason], ['unavailable', 'issuer-unreachable']);
  assert.equal(verdict.response.status, 503);
  assert.equal(verdict.response.headers.get('retry-after'), '1');
  assert.equal(verdict.response.headers.has('www-authenticate'), false);
});

for (const [name, answer] of Object.entries({
  'an error': () => new Response('no', { status: 500 }),
  'something that is no key set': () => new Response('<html>'),
  'a set without keys': () => Response.json({ keys: [] }),
  'a set of a megabyte': () => Response.json({ keys: [], padding: 'x'.repeat(1_000_000) }),
})) {
  test(`an issuer that answers with ${name} counts as not reached`, async () => {
    const { outcome, issuer } = await guarded();
    issuer.answerWith(answer);
    assert.equal(await outcome(await issuer.token()), 'issuer-unreachable');
  });
}

test('an application that started before its issuer recovers a second after the issuer did', async () => {
  const { outcome, clock, issuer } = await guarded();
  issuer.answerWith(unreachable);
  const token = await issuer.token();
  for (let n = 0; n < 20; n++) assert.equal(await outcome(token), 'issuer-unreachable');
  assert.equal(issuer.fetches(), 1);
  issuer.answerWith(undefined);
  clock.advance(1_000);
  assert.equal(await outcome(token), 'ok');
});

test('keys once fetched go on proving tokens while the issuer is down', async () => {
  const { outcome, clock, issuer } = await guarded();
  await outcome(await issuer.token());
  issuer.answerWith(unreachable);
  clock.advance(600_000);
  assert.equal(await outcome(await issuer.token()), 'ok');
});

test('a key that cannot be asked for because the issuer is down is not called a forgery', async () => {
  const { check, outcome, clock, issuer } = await guarded();
  await outcome(await issuer.token());
  clock.advance(60_000);
  await issuer.rotate();
  issuer.answerWith(unreachable);
  const verdict = await check(withBearer(await issuer.token()));
  assert.ok(!verdict.ok);
  assert.equal(verdict.refusal, 'unavailable');
  assert.equal(verdict.response.headers.get('retry-after'), '30');
});
