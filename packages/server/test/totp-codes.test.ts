import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fakeClock, fakeEpochMs } from '@argus/testing/clock';
import { seededRandom } from '@argus/testing/random';
import { totpApp } from '@argus/testing/totp-app';
import fc from 'fast-check';
import { oneTimePassword, stepAt } from '../src/authenticators/totp/one-time-password.ts';
import { newTotpSecret, secretText } from '../src/authenticators/totp/secret.ts';
import {
  type Expected,
  farthestOffsetSteps,
  verifyFirstCode,
  verifyTotp,
} from '../src/authenticators/totp/verify-code.ts';

const secret = newTotpSecret({ random: seededRandom('totp codes') });
const step = stepAt(fakeEpochMs);
const codeAt = (steps: number) => oneTimePassword(secret, step + steps);

function check(code: string, expected: Partial<Expected> = {}) {
  return verifyTotp(secret, code, {
    now: fakeEpochMs,
    offsetSteps: 0,
    driftSteps: 1,
    lastStep: null,
    ...expected,
  });
}

describe('a code', () => {
  test('that a phone shows is accepted, with the spaces it is shown with', () => {
    const app = totpApp(secretText(secret), { clock: fakeClock() });
    const code = app.code();
    for (const typed of [code, `${code.slice(0, 3)} ${code.slice(3)}`, ` ${[...code].join(' ')}\n`]) {
      assert.deepEqual(check(typed), { ok: true, step, offsetSteps: 0 });
    }
  });

  test('is six ASCII digits; everything else is malformed and costs nothing', () => {
    const others = ['', '12345', '1234567', '12345a', '-12345', '1.2345', '１２３４５６', '١٢٣٤٥٦', '+12345'];
    for (const typed of [...others, `${' '.repeat(100_000)}123456`]) {
      assert.deepEqual(check(typed), { ok: false, reason: 'malformed' }, typed.slice(0, 20));
      assert.deepEqual(verifyFirstCode(secret, typed, { now: fakeEpochMs }), {
        ok: false,
        reason: 'malformed',
      });
    }
  });

  test('that was accepted is used, and so are the codes before it', () => {
    assert.deepEqual(check(codeAt(0), { lastStep: step }), { ok: false, reason: 'used' });
    assert.deepEqual(check(codeAt(-1), { lastStep: step }), { ok: false, reason: 'used' });
    assert.equal(check(codeAt(1), { lastStep: step }).ok, true);
  });

  test('of a neighbouring step is accepted under a drift of one, and under none only in its own 30 seconds', () => {
    for (const [steps, balanced, strict] of [
      [-2, false, false],
      [-1, true, false],
      [0, true, true],
      [1, true, false],
      [2, false, false],
    ] as const) {
      assert.equal(check(codeAt(steps)).ok, balanced, `${steps} steps away`);
      assert.equal(check(codeAt(steps), { driftSteps: 0 }).ok, strict, `${steps} steps away, strict`);
    }
  });

  test('lives 30 seconds and no millisecond longer where no drift is allowed', () => {
    const accepted = (ms: number) => check(codeAt(0), { driftSteps: 0, now: fakeEpochMs + ms }).ok;
    assert.deepEqual([-1, 0, 29_999, 30_000].map(accepted), [false, true, true, false]);
  });

  test('is looked for around the clock that was learned', () => {
    assert.equal(check(codeAt(4), { offsetSteps: 4, driftSteps: 0 }).ok, true);
    assert.equal(check(codeAt(0), { offsetSteps: 4, driftSteps: 0 }).ok, false);
  });

  test('in the first second of 1970 is looked for in no step before it', () => {
    assert.equal(check(oneTimePassword(secret, 0), { now: 0 }).ok, true);
  });
});

describe('codes in general', () => {
  const times = fc.integer({ min: fakeEpochMs, max: fakeEpochMs + 10 * 365 * 86_400_000 });
  const offsets = fc.integer({ min: -farthestOffsetSteps, max: farthestOffsetSteps });
  const secrets = fc.uint8Array({ minLength: 20, maxLength: 20 });
  const drifts = fc.constantFrom(0, 1);

  test('an accepted code is not accepted again, unless a later step has the same one', () => {
    fc.assert(
      fc.property(secrets, times, offsets, fc.integer({ min: 0, max: 90_000 }), (key, now, off, laterMs) => {
        const code = oneTimePassword(key, stepAt(now) + off);
        const first = verifyTotp(key, code, { now, offsetSteps: off, driftSteps: 1, lastStep: null });
        assert.ok(first.ok);
        const again = verifyTotp(key, code, {
          now: now + laterMs,
          offsetSteps: first.offsetSteps,
          driftSteps: 1,
          lastStep: first.step,
        });
        assert.ok(!again.ok || (again.step > first.step && oneTimePassword(key, again.step) === code));
      }),
      { numRuns: 300, seed: 20260105 },
    );
  });

  test('a code from beyond the drift is never accepted', () => {
    fc.assert(
      fc.property(
        secrets,
        times,
        fc.tuple(drifts, offsets, fc.integer({ min: 1, max: 50 }), fc.constantFrom(-1, 1)),
        (key, now, [driftSteps, offsetSteps, beyond, side]) => {
          const middle = stepAt(now) + offsetSteps;
          const code = oneTimePassword(key, middle + side * (driftSteps + beyond));
          const verified = verifyTotp(key, code, { now, offsetSteps, driftSteps, lastStep: null });
          assert.ok(!verified.ok || oneTimePassword(key, verified.step) === code);
          assert.ok(!verified.ok || Math.abs(verified.step - middle) <= driftSteps);
        },
      ),
      { numRuns: 300, seed: 20260106 },
    );
  });

  // The whole million is counted in test-long.
  test('of all codes, those of the allowed steps are accepted and no other', () => {
    const allowed = [codeAt(-1), codeAt(0), codeAt(1)];
    assert.equal(new Set(allowed).size, 3);
    for (const code of allowed) assert.ok(check(code).ok);
    const code = fc.oneof(
      fc.nat({ max: 999_999 }),
      fc
        .tuple(fc.constantFrom(...allowed), fc.integer({ min: -9, max: 9 }))
        .map(([near, by]) => Number(near) + by),
    );
    fc.assert(
      fc.property(code, (number) => {
        const typed = String(number).padStart(6, '0');
        assert.equal(check(typed).ok, allowed.includes(typed));
      }),
      { numRuns: 5_000, seed: 20260108 },
    );
  });

  test('a code that two steps share by chance is used up for both', () => {
    const [first, second] = [76_626, 76_627];
    const code = oneTimePassword(secret, first);
    assert.equal(oneTimePassword(secret, second), code);
    const now = first * 30_000;
    const verified = verifyTotp(secret, code, { now, offsetSteps: 0, driftSteps: 1, lastStep: null });
    assert.equal(verified.ok && verified.step, second);
  });
});
