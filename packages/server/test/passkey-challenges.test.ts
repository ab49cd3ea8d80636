import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChallengeUse, newChallenge, readChallenge } from '../src/authenticators/passkey/challenge.ts';
import { createSecrets } from '../src/secrets.ts';
import { systemRandom } from '../src/services/random.ts';
import { passkeyStage } from './passkey-stage.ts';

const stage = passkeyStage('passkey challenges');
const use: ChallengeUse = { purpose: 'sign-in', subject: 'attempt-1' };

test('a challenge is good for what it was made for, until five minutes are over', () => {
  const own = passkeyStage('five minutes');
  const challenge = own.challengeFor(use);
  const until = own.clock.now() + 300_000;
  own.clock.advance(299_999);
  assert.equal(readChallenge(own, use, challenge)?.expiresAt, until);
  own.clock.advance(1);
  assert.equal(readChallenge(own, use, challenge), null);
});

test('a challenge is worth nothing for another purpose', () => {
  const challenge = stage.challengeFor(use);
  for (const purpose of ['register', 'second-factor', 'step-up'] as const)
    assert.equal(readChallenge(stage, { ...use, purpose }, challenge), null);
});

test('a challenge is worth nothing for another subject', () => {
  const challenge = stage.challengeFor(use);
  for (const subject of ['attempt-2', '', 'attempt-1"'])
    assert.equal(readChallenge(stage, { ...use, subject }, challenge), null);
});

test('a replayed challenge claims the same mark, so the second commit loses', () => {
  const challenge = stage.challengeFor(use);
  assert.deepEqual(readChallenge(stage, use, challenge), readChallenge(stage, use, challenge));
  assert.notDeepEqual(
    readChallenge(stage, use, challenge)?.hash,
    readChallenge(stage, use, stage.challengeFor(use))?.hash,
  );
});

test('a challenge of another installation is forged', () => {
  const { clock, random } = stage;
  const elsewhere = { clock, random, secrets: createSecrets(random.bytes(32), random) };
  assert.equal(readChallenge(stage, use, newChallenge(elsewhere, use)), null);
});

test('a challenge with any bit changed is forged', () => {
  const bytes = Buffer.from(stage.challengeFor(use), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const bent = Buffer.from(bytes);
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(readChallenge(stage, use, bent.toString('base64url')), null, `bit ${bit}`);
  }
});

test('a challenge has one spelling', () => {
  const challenge = stage.challengeFor(use);
  const base64 = Buffer.from(challenge, 'base64url').toString('base64');
  for (const other of [`${challenge}=`, `${challenge} `, `${challenge}A`, challenge.slice(0, -1), '', base64])
    if (other !== challenge) assert.equal(readChallenge(stage, use, other), null, other);
});

test('100,000 challenges hold 128 bits of chance each, and no two are the same', () => {
  const random = systemRandom(stage.clock);
  const nonces = new Set<string>();
  const ones = new Uint32Array(128);
  for (let made = 0; made < 100_000; made += 1) {
    const nonce = Buffer.from(newChallenge({ ...stage, random }, use), 'base64url').subarray(0, 16);
    nonces.add(nonce.toString('latin1'));
    for (let bit = 0; bit < 128; bit += 1)
      ones[bit] = (ones[bit] ?? 0) + (((nonce[bit >> 3] ?? 0) >> (bit & 7)) & 1);
  }
  assert.equal(nonces.size, 100_000);
  // Each bit is a fair coin: 50,000 give or take six times the standard deviation of 158.
  for (const count of ones) assert.ok(Math.abs(count - 50_000) < 950, `${count}`);
});
