import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, fakeEpochMs } from '@argus/testing/clock';
import { seededRandom } from '@argus/testing/random';
import { totpApp } from '@argus/testing/totp-app';
import fc from 'fast-check';
import { oneTimePassword, stepAt } from '../src/authenticators/totp/one-time-password.ts';
import { newTotpSecret, secretText } from '../src/authenticators/totp/secret.ts';
import { farthestOffsetSteps, verifyFirstCode, verifyTotp } from '../src/authenticators/totp/verify-code.ts';

const secret = newTotpSecret({ random: seededRandom('wrong clocks') });

function enrol(offsetSeconds: number, intoStepMs = 0) {
  const clock = fakeClock(fakeEpochMs + intoStepMs);
  const app = totpApp(secretText(secret), { clock, offsetSeconds });
  return verifyFirstCode(secret, app.code(), { now: clock.now() });
}

test('the first code of a phone whose clock is up to five minutes wrong is accepted, and its clock learned', () => {
  for (const steps of [-10, -7, -2, 0, 1, 2, 7, 10]) {
    const verified = enrol(steps * 30);
    assert.equal(verified.ok && verified.offsetSteps, steps);
  }
  for (const steps of [-11, 11, 120]) assert.deepEqual(enrol(steps * 30), { ok: false, reason: 'wrong' });
});

test('after enrolment a phone with a wrong clock signs in where no drift is allowed', () => {
  const clock = fakeClock();
  const app = totpApp(secretText(secret), { clock, offsetSeconds: -210 });
  const first = verifyFirstCode(secret, app.code(), { now: clock.now() });
  assert.ok(first.ok);
  clock.advance(30_000);
  const { step: lastStep, offsetSteps } = first;
  const verified = verifyTotp(secret, app.code(), { now: clock.now(), offsetSteps, driftSteps: 0, lastStep });
  assert.ok(verified.ok);
});

test('a first code that is typed just after it changed does not make the clock a slow one', () => {
  const code = oneTimePassword(secret, stepAt(fakeEpochMs) - 1);
  const typedLate = verifyFirstCode(secret, code, { now: fakeEpochMs + 5_000 });
  assert.equal(typedLate.ok && typedLate.offsetSteps, 0);
  const shownBySlowClock = verifyFirstCode(secret, code, { now: fakeEpochMs + 25_000 });
  assert.equal(shownBySlowClock.ok && shownBySlowClock.offsetSteps, -1);
});

test('a clock that is a few seconds off is never taken for one that is a step off', () => {
  for (const offsetSeconds of [-19, -5, 5, 19]) {
    for (let into = 0; into < 30_000; into += 1_000) {
      const verified = enrol(offsetSeconds, into);
      assert.equal(
        verified.ok && verified.offsetSteps,
        0,
        `${offsetSeconds} s off, ${into} ms into the step`,
      );
    }
  }
});

test('a clock that loses time slowly is followed for five minutes and not further', () => {
  const clock = fakeClock(fakeEpochMs + 25_000);
  let known = { offsetSteps: 0, lastStep: stepAt(fakeEpochMs) - 1 };
  const refusedAfterDays = Array.from({ length: 100 }, (_, days) => days).find((days) => {
    clock.advance(86_400_000);
    const app = totpApp(secretText(secret), { clock, offsetSeconds: -4 * days });
    const verified = verifyTotp(secret, app.code(), { now: clock.now(), driftSteps: 1, ...known });
    if (verified.ok) known = { offsetSteps: verified.offsetSteps, lastStep: verified.step };
    return !verified.ok;
  });
  assert.equal(known.offsetSteps, -farthestOffsetSteps);
  // 25 seconds of the step it began in, ten steps that are learned, one of drift: 356 seconds are one too many.
  assert.equal(refusedAfterDays, 356 / 4);
});

test('whatever codes are accepted, what is learned moves one step at a time and stays within bounds', () => {
  const signIn = fc.record({
    waitMs: fc.integer({ min: 0, max: 120_000 }),
    steps: fc.integer({ min: -3, max: 3 }),
  });
  fc.assert(
    fc.property(
      fc.array(signIn, { maxLength: 60 }),
      fc.constantFrom(0, 1, 2),
      fc.constantFrom(-10, -9, 0, 9, 10),
      (signIns, driftSteps, startOffset) => {
        let now = fakeEpochMs;
        let offsetSteps: number = startOffset;
        let lastStep: number | null = null;
        for (const { waitMs, steps } of signIns) {
          now += waitMs;
          const code = oneTimePassword(secret, stepAt(now) + offsetSteps + steps);
          const verified = verifyTotp(secret, code, { now, offsetSteps, driftSteps, lastStep });
          if (!verified.ok) continue;
          assert.ok(Math.abs(verified.offsetSteps - offsetSteps) <= 1);
          assert.ok(Math.abs(verified.offsetSteps) <= farthestOffsetSteps);
          assert.ok(lastStep === null || verified.step > lastStep);
          if (driftSteps === 0) assert.equal(verified.offsetSteps, offsetSteps);
          ({ step: lastStep, offsetSteps } = verified);
        }
      },
    ),
    { numRuns: 300, seed: 20260107 },
  );
});
