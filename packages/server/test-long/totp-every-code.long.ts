import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeEpochMs } from '@argus/testing/clock';
import { seededRandom } from '@argus/testing/random';
import { oneTimePassword, stepAt } from '../src/authenticators/totp/one-time-password.ts';
import { newTotpSecret } from '../src/authenticators/totp/secret.ts';
import { verifyTotp } from '../src/authenticators/totp/verify-code.ts';

const secret = newTotpSecret({ random: seededRandom('every code') });

for (const driftSteps of [0, 1]) {
  test(`of the million codes ${2 * driftSteps + 1} are accepted under a drift of ${driftSteps}`, () => {
    const accepted: string[] = [];
    for (let number = 0; number < 1_000_000; number += 1) {
      const code = String(number).padStart(6, '0');
      const expected = { now: fakeEpochMs, offsetSteps: 0, driftSteps, lastStep: null };
      if (verifyTotp(secret, code, expected).ok) accepted.push(code);
    }
    const steps = Array.from(
      { length: 2 * driftSteps + 1 },
      (_, at) => stepAt(fakeEpochMs) - driftSteps + at,
    );
    assert.deepEqual(accepted, steps.map((step) => oneTimePassword(secret, step)).sort());
  });
}
