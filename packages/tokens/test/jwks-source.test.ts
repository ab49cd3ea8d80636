import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type FakeClock, fakeClock } from '@argus/testing/clock';
import { createJwksSource, type JwksSource, type PublicJwk, TokensFault } from '../src/index.ts';
import { now, ringOf } from './fixtures.ts';

const url = 'https://id.example/.well-known/jwks.json';
const oldKey = (await ringOf('ES256')).jwks(now).keys[0] ?? assert.fail();
const newKey = (await ringOf('EdDSA')).jwks(now).keys[0] ?? assert.fail();

type Answer = () => Response | Promise<Response>;

/** An issuer whose answer a test can change, and that counts its visitors. */
function issuerWith(first: Answer, options: { maxKeys?: number; refreshAfterSeconds?: number } = {}) {
  const clock: FakeClock = fakeClock(now);
  const issuer = { answer: first, visits: 0 };
  const fetchKeys = async (_url: unknown, init?: RequestInit) => {
    issuer.visits++;
    assert.equal(init?.redirect, 'error');
    return issuer.answer();
  };
  const source: JwksSource = createJwksSource({ url, fetch: fetchKeys, clock, ...options });
  return { clock, issuer, source };
}

const jwks =
  (...keys: unknown[]): Answer =>
  () =>
    Response.json({ keys });
const down: Answer = () => Promise.reject(new TypeError('fetch failed'));

test('a key is fetched on first need and found in memory from then on', async () => {
  const { source, issuer } = issuerWith(jwks(oldKey));
  assert.equal(source.find(oldKey.kid), undefined);
  const key = await source.load(oldKey.kid);
  assert.deepEqual([key?.kid, key?.algorithm, key?.use], [oldKey.kid, 'ES256', 'access']);
  assert.equal(source.find(oldKey.kid), key);
  assert.equal(await source.load(oldKey.kid), key);
  assert.equal(issuer.visits, 1);
});

test('looking for a key in memory alone never makes the first call', () => {
  const { source, issuer } = issuerWith(jwks(oldKey));
  source.find(oldKey.kid);
  assert.equal(issuer.visits, 0);
});

test('a hundred callers that miss at once share one fetch', async () => {
  const arrived = Promise.withResolvers<Response>();
  const { source, issuer } = issuerWith(() => arrived.promise);
  const waiting = Array.from({ length: 100 }, () => source.load(oldKey.kid));
  arrived.resolve(Response.json({ keys: [oldKey] }));
  const found = await Promise.all(waiting);
  assert.equal(issuer.visits, 1);
  assert.ok(found.every((key) => key?.kid === oldKey.kid));
});

test('unknown names cannot make us knock more than once per cool-down', async () => {
  const { source, issuer, clock } = issuerWith(jwks(oldKey));
  for (let round = 0; round < 50; round++) assert.equal(await source.load(`unknown-${round}`), undefined);
  assert.equal(issuer.visits, 1);
  clock.advance(29_999);
  await source.load('unknown');
  assert.equal(issuer.visits, 1);
  clock.advance(1);
  await source.load('unknown');
  assert.equal(issuer.visits, 2);
});

test('an issuer that is down is asked again only after the cool-down', async () => {
  const { source, issuer, clock } = issuerWith(down);
  assert.equal(await source.load(oldKey.kid), undefined);
  assert.equal(await source.load(oldKey.kid), undefined);
  assert.equal(issuer.visits, 1);
  clock.advance(30_000);
  issuer.answer = jwks(oldKey);
  assert.ok(await source.load(oldKey.kid));
});

test('word that keys were rotated passes the cool-down', async () => {
  const { source, issuer } = issuerWith(jwks(oldKey));
  await source.load(oldKey.kid);
  issuer.answer = jwks(oldKey, newKey);
  assert.equal(await source.load(newKey.kid), undefined);
  await source.refresh();
  assert.ok(source.find(newKey.kid));
});

const unusable: Readonly<Record<string, { answer: Answer; failure: string }>> = {
  'is unreachable': { answer: down, failure: 'unreachable' },
  'answers 500': { answer: () => new Response('oops', { status: 500 }), failure: 'bad-status' },
  'answers 304 unasked': { answer: () => new Response(null, { status: 304 }), failure: 'bad-status' },
  'answers with a page': { answer: () => new Response('<html>'), failure: 'malformed' },
  'answers with nothing': { answer: () => new Response(''), failure: 'malformed' },
  'answers with a list': { answer: () => Response.json([oldKey]), failure: 'malformed' },
  'answers with keys that are no list': {
    answer: () => Response.json({ keys: oldKey }),
    failure: 'malformed',
  },
  'says keys twice': { answer: () => new Response('{"keys":[],"keys":[]}'), failure: 'malformed' },
  'answers with no keys': { answer: jwks(), failure: 'no-usable-key' },
  'answers with junk keys': { answer: jwks(null, 7, 'k', {}, []), failure: 'no-usable-key' },
  'answers without end': { answer: () => new Response(endless()), failure: 'too-large' },
  'answers with 21 keys': { answer: jwks(...Array(21).fill(newKey)), failure: 'malformed' },
};
for (const [what, { answer, failure }] of Object.entries(unusable)) {
  test(`known keys stay in use while the issuer ${what}`, async () => {
    const { source, issuer, clock } = issuerWith(jwks(oldKey));
    await source.load(oldKey.kid);
    issuer.answer = answer;
    clock.advance(86_400_000);
    await source.refresh();
    assert.ok(source.find(oldKey.kid));
    const { keys, fetchedAt, triedAt, failure: seen } = source.state();
    assert.deepEqual(
      { keys, fetchedAt, triedAt, seen },
      { keys: 1, fetchedAt: now, triedAt: clock.now(), seen: failure },
    );
  });
}

test('an endless answer is cut off, not read', async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(16_384));
    },
  });
  const { source } = issuerWith(() => new Response(body));
  await source.refresh();
  assert.ok(pulled < 10, `${pulled} chunks were read`);
});

test('a key withdrawn by the issuer is forgotten at the next good answer', async () => {
  const { source, issuer } = issuerWith(jwks(oldKey, newKey));
  await source.refresh();
  issuer.answer = jwks(newKey);
  await source.refresh();
  assert.equal(source.find(oldKey.kid), undefined);
  assert.ok(source.find(newKey.kid));
});

test('an old set is fetched again in the background while its keys go on serving', async () => {
  const { source, issuer, clock } = issuerWith(jwks(oldKey), { refreshAfterSeconds: 600 });
  await source.load(oldKey.kid);
  clock.advance(599_999);
  source.find(oldKey.kid);
  assert.equal(issuer.visits, 1);
  clock.advance(1);
  issuer.answer = jwks(newKey);
  assert.ok(source.find(oldKey.kid));
  assert.equal(issuer.visits, 2);
  await source.refresh();
  assert.equal(issuer.visits, 2);
  assert.equal(source.find(oldKey.kid), undefined);
});

test('an old set under a dead issuer is asked for once per cool-down, however many requests come', async () => {
  const { source, issuer, clock } = issuerWith(jwks(oldKey));
  await source.load(oldKey.kid);
  issuer.answer = down;
  clock.advance(600_000);
  for (let round = 0; round < 20; round++) {
    assert.ok(await source.load(oldKey.kid));
    await setImmediate();
  }
  assert.equal(issuer.visits, 2);
});

const rsa = (bits: number, exponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: exponent }).publicKey.export({
    format: 'jwk',
  });
const good: PublicJwk = oldKey;
const badKeys: Readonly<Record<string, { jwk: unknown; rejection: string }>> = {
  'an RSA key of 1024 bits': { jwk: { ...rsa(1024), kid: 'k', alg: 'RS256' }, rejection: 'unfit-key' },
  'an RSA key of 2047 bits': { jwk: { ...rsa(2047), kid: 'k', alg: 'RS256' }, rejection: 'unfit-key' },
  'an RSA key with exponent 3': { jwk: { ...rsa(2048, 3), kid: 'k', alg: 'RS256' }, rejection: 'malformed' },
  'an even RSA exponent': {
    jwk: { ...rsa(2048), kid: 'k', alg: 'RS256', e: 'AQAC' },
    rejection: 'malformed',
  },
  'an RSA exponent of five bytes': {
    jwk: { ...rsa(2048), kid: 'k', alg: 'RS256', e: 'AQAAAAE' },
    rejection: 'malformed',
  },
  'an RSA key without alg': { jwk: { ...rsa(2048), kid: 'k' }, rejection: 'unsupported-algorithm' },
  'an RSA key named ES256': { jwk: { ...rsa(2048), kid: 'k', alg: 'ES256' }, rejection: 'malformed' },
  'a padded modulus': { jwk: { ...rsa(2048), kid: 'k', alg: 'RS256', e: 'AQAB==' }, rejection: 'malformed' },
  'an exponent with a leading zero': {
    jwk: { ...rsa(2048), kid: 'k', alg: 'RS256', e: 'AAEAAQ' },
    rejection: 'malformed',
  },
  'a symmetric key': { jwk: { kty: 'oct', k: 'A'.repeat(43), kid: 'k', alg: 'HS256' }, rejection: 'secret' },
  'a private member': { jwk: { ...good, d: 'A'.repeat(43) }, rejection: 'secret' },
  'a symmetric member on a public key': { jwk: { ...good, k: 'AAAA' }, rejection: 'secret' },
  'use enc': { jwk: { ...good, use: 'enc' }, rejection: 'not-for-signatures' },
  'key_ops sign': { jwk: { ...good, key_ops: ['sign', 'verify'] }, rejection: 'not-for-signatures' },
  'alg none': { jwk: { ...good, alg: 'none' }, rejection: 'unsupported-algorithm' },
  'a number for a name': { jwk: { ...good, kid: 7 }, rejection: 'malformed' },
  'a name of 129 characters': { jwk: { ...good, kid: 'k'.repeat(129) }, rejection: 'malformed' },
  'no name': { jwk: { ...good, kid: undefined }, rejection: 'malformed' },
  'another curve': { jwk: { ...good, crv: 'P-384' }, rejection: 'malformed' },
  'a point off the curve': { jwk: { ...good, y: good.x }, rejection: 'unfit-key' },
  'a coordinate cut short': { jwk: { ...good, x: good.x?.slice(0, -2) }, rejection: 'malformed' },
};
for (const [what, { jwk, rejection }] of Object.entries(badKeys)) {
  test(`a key with ${what} is passed over and the others are used`, async () => {
    const { source } = issuerWith(jwks(jwk, newKey));
    await source.refresh();
    assert.deepEqual([source.state().keys, source.state().rejections], [1, [rejection]]);
    assert.ok(source.find(newKey.kid));
  });
}

test('of keys that share a name none is used, whatever their kinds', async () => {
  const { source } = issuerWith(jwks(oldKey, { ...newKey, kid: oldKey.kid }, newKey, oldKey));
  await source.refresh();
  assert.equal(source.find(oldKey.kid), undefined);
  assert.ok(source.find(newKey.kid));
});

test('keys are fetched only from https, or from loopback by http', () => {
  const clock = fakeClock(now);
  const make = (from: string) => createJwksSource({ url: from, fetch, clock });
  for (const from of ['http://127.0.0.1:4400/jwks', 'http://[::1]/jwks', 'http://localhost:1/jwks', url])
    make(from);
  for (const from of [
    'http://id.example/jwks',
    'file:///etc/jwks',
    'data:,{}',
    'https://u:p@id.example/',
    'jwks',
    'http://127.0.0.1.attacker.example/',
  ]) {
    assert.throws(() => make(from), TokensFault, from);
  }
});

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(32)) });
}
