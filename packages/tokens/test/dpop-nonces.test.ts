import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { fakeClock } from '@argus/testing/clock';
import { createDpopNonces, TokensFault } from '../src/index.ts';
import { now, random } from './fixtures.ts';

const key = createSecretKey(random.bytes(32));
const lifeSeconds = 60;

function setting(at = now) {
  const clock = fakeClock(at);
  return { clock, nonces: createDpopNonces({ key, clock, lifeSeconds }) };
}

test('a nonce is good from its first moment for one life after its last, and never again', () => {
  const { clock, nonces } = setting();
  const nonce = nonces.current();
  clock.advance(59_999);
  assert.equal(nonces.current(), nonce);
  clock.advance(1);
  assert.notEqual(nonces.current(), nonce);
  assert.equal(nonces.isGood(nonce), true);
  clock.advance(59_999);
  assert.equal(nonces.isGood(nonce), true);
  clock.advance(1);
  assert.equal(nonces.isGood(nonce), false);
  clock.advance(86_400_000);
  assert.equal(nonces.isGood(nonce), false);
});

test('a nonce handed out at any moment lives at least one whole life', () => {
  for (const offset of [0, 1, 30_000, 59_999]) {
    const { clock, nonces } = setting(now + offset);
    const nonce = nonces.current();
    clock.advance(60_000);
    assert.equal(nonces.isGood(nonce), true, `${offset}`);
  }
});

test('the nonces of one node are good at every other that holds the key, and at none that does not', () => {
  const { nonces } = setting();
  assert.equal(setting().nonces.isGood(nonces.current()), true);
  const stranger = createDpopNonces({
    key: createSecretKey(random.bytes(32)),
    clock: fakeClock(now),
    lifeSeconds,
  });
  assert.equal(stranger.isGood(nonces.current()), false);
});

test('no nonce of the future is good yet, so none can be spent in advance', () => {
  const ahead = setting(now + 60_000).nonces.current();
  assert.equal(setting().nonces.isGood(ahead), false);
});

test('anything else is no nonce', () => {
  const { nonces } = setting();
  const nonce = nonces.current();
  const odd = [
    '',
    nonce.slice(0, -1),
    `${nonce}x`,
    nonce.toLowerCase(),
    nonce.toUpperCase(),
    '\0',
    'é'.repeat(43),
  ];
  for (const text of odd) assert.equal(nonces.isGood(text), false, text);
});

test('a thousand nonces are all different and fit a header (RFC 9449 §8.1)', () => {
  const { clock, nonces } = setting();
  const seen = new Set<string>();
  for (let slot = 0; slot < 1000; slot++) {
    seen.add(nonces.current());
    clock.advance(60_000);
  }
  assert.equal(seen.size, 1000);
  for (const nonce of seen) assert.match(nonce, /^[\w-]{43}$/);
});

test('a short key, one that is no secret, or a life that is none is a mistake in configuration', () => {
  const clock = fakeClock(now);
  const short = createSecretKey(random.bytes(31));
  assert.throws(() => createDpopNonces({ key: short, clock, lifeSeconds }), TokensFault);
  for (const life of [0, -1, 0.5, Number.NaN]) {
    assert.throws(() => createDpopNonces({ key, clock, lifeSeconds: life }), TokensFault);
  }
});
