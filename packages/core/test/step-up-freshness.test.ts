import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuthenticationMethod } from '@argus/contract';
import { assuranceOf, type Proofs, renews } from '@argus/core';
import fc from 'fast-check';
import { elsewhere, hardware, otp, passkey, pwd, rec, touched, twoElsewhere } from './proofs.ts';

type Level = 1 | 2 | 3;
const acr = (level: Level) => `urn:argus:aal${level}` as const;

/** What a session was, what is shown, what its person could show, and whether that makes it fresh. */
const rows: readonly (readonly [
  session: string,
  level: Level,
  what: string,
  proofs: Proofs,
  reachable: Level,
  isFresh: boolean,
])[] = [
  ['pwd', 1, 'a password', [pwd], 1, true],
  ['pwd', 1, 'a password', [pwd], 2, true],
  ['pwd', 1, 'a code', [otp], 2, true],
  ['pwd rec', 1, 'a password', [pwd], 2, true],
  ['fed', 1, 'a password', [pwd], 1, true],
  ['pwd otp mfa', 2, 'a password', [pwd], 2, false],
  ['pwd otp mfa', 2, 'a recovery code', [rec], 2, false],
  ['pwd otp mfa', 2, 'a password and a recovery code', [pwd, rec], 2, false],
  ['pwd otp mfa', 2, 'a provider that proves one factor', [elsewhere()], 2, false],
  ['pwd otp mfa', 2, 'a password', [pwd], 1, true],
  ['pwd otp mfa', 2, 'a code', [otp], 2, true],
  ['pwd otp mfa', 2, 'a password and a code', [pwd, otp], 2, true],
  ['pwd otp mfa', 2, 'a touched passkey', [passkey(touched)], 2, true],
  ['pwd otp mfa', 2, 'a passkey', [passkey()], 2, true],
  ['pwd otp mfa', 2, 'a provider that proves two', [twoElsewhere], 2, true],
  ['swk user mfa', 2, 'a password', [pwd], 2, false],
  ['swk user mfa', 2, 'a code', [otp], 2, false],
  ['swk user mfa', 2, 'a touched passkey', [passkey(touched)], 2, false],
  ['swk user mfa', 2, 'a password and a code', [pwd, otp], 2, true],
  ['swk user mfa', 2, 'a password', [pwd], 1, true],
  ['hwk user mfa', 3, 'a password', [pwd], 3, false],
  ['hwk user mfa', 3, 'a password and a code', [pwd, otp], 3, false],
  ['hwk user mfa', 3, 'a passkey that may be copied', [passkey()], 3, false],
  ['hwk user mfa', 3, 'attested hardware', [passkey(hardware)], 3, true],
  ['hwk user mfa', 3, 'attested hardware, touched', [passkey({ ...hardware, ...touched })], 3, false],
  ['hwk user mfa', 3, 'a password and a code', [pwd, otp], 2, true],
  ['hwk user mfa', 3, 'a password, though a code is left,', [pwd], 2, false],
  ['hwk user mfa', 3, 'a password', [pwd], 1, true],
];

describe('a session', () => {
  for (const [amr, level, what, proofs, reachable, isFresh] of rows)
    test(`by ${amr} at aal${level} is ${isFresh ? 'made' : 'not made'} fresh by ${what} where aal${reachable} is in reach`, () => {
      // A closed set, split from text.
      const session = { amr: amr.split(' ') as AuthenticationMethod[], acr: acr(level) };
      assert.equal(renews(session, proofs, acr(reachable)), isFresh);
    });
});

test('whatever makes a session fresh is as strong as the session, or the strongest that is left', () => {
  const proof = fc.constantFrom(
    pwd,
    otp,
    rec,
    passkey(),
    passkey(touched),
    passkey(hardware),
    elsewhere(),
    twoElsewhere,
  );
  const some = fc.tuple(proof, fc.array(proof, { maxLength: 2 }));
  fc.assert(
    fc.property(some, some, fc.constantFrom(1 as const, 2 as const, 3 as const), ([a, b], [c, d], reach) => {
      const session = assuranceOf([a, ...b]);
      const reachable = acr(reach);
      if (!renews(session, [c, ...d], reachable)) return;
      const shown = assuranceOf([c, ...d], session.amr).acr;
      assert.ok(shown >= session.acr || (reachable < session.acr && shown >= reachable));
    }),
  );
});
