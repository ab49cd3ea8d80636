import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuthenticationMethod } from '@argus/contract';
import {
  type Authentication,
  assuranceOf,
  balanced,
  isMet,
  mayEnrolIn,
  type Proofs,
  requirementFor,
} from '@argus/core';
import fc from 'fast-check';
import { startMs } from './facts.ts';
import { elsewhere, hardware, otp, passkey, pwd, rec, touched, twoElsewhere } from './proofs.ts';

type Row = readonly [what: string, proofs: Proofs, amr: string, level: 1 | 2 | 3];

const key = { ...hardware, isAttested: false };
const synced = passkey();

/** Every combination that can be proved, with exactly what it is told as. */
const rows: readonly Row[] = [
  ['a password', [pwd], 'pwd', 1],
  ['a password twice', [pwd, pwd], 'pwd', 1],
  ['a password and a code', [pwd, otp], 'pwd otp mfa', 2],
  ['a code alone', [otp], 'otp', 1],
  ['a passkey that may be copied, with PIN or face', [synced], 'swk user mfa', 2],
  ['a passkey that stays, with PIN or face', [passkey(key)], 'hwk user mfa', 2],
  ['one that says it is hardware and may be copied', [passkey({ isAttested: true })], 'swk user mfa', 2],
  ['attested hardware with PIN or face', [passkey(hardware)], 'hwk user mfa', 3],
  ['a passkey that was only touched', [passkey(touched)], 'swk', 1],
  ['a key that was only touched', [passkey({ ...key, ...touched })], 'hwk', 1],
  ['attested hardware that was only touched', [passkey({ ...hardware, ...touched })], 'hwk', 1],
  ['a password and a passkey', [pwd, synced], 'pwd swk user mfa', 2],
  ['a password and attested hardware', [pwd, passkey(hardware)], 'pwd hwk user mfa', 3],
  ['a password and a touched passkey', [pwd, passkey(touched)], 'pwd swk mfa', 2],
  ['a password and touched hardware', [pwd, passkey({ ...hardware, ...touched })], 'pwd hwk mfa', 2],
  ['a touched passkey and a code: both are held', [passkey(touched), otp], 'swk otp', 1],
  ['two touched passkeys', [passkey(touched), passkey({ ...key, ...touched })], 'swk hwk', 1],
  ['a password, a code and a passkey', [pwd, otp, synced], 'pwd otp swk user mfa', 2],
  ['a recovery code alone', [rec], 'rec', 1],
  ['a password and a recovery code', [pwd, rec], 'pwd rec', 1],
  ['a touched passkey and a recovery code', [passkey(touched), rec], 'swk rec', 1],
  ['a code and a recovery code', [otp, rec], 'otp rec', 1],
  ['a password, a recovery code and a new code', [pwd, rec, otp], 'pwd rec otp mfa', 2],
  ['a password, a recovery code and a new passkey', [pwd, rec, synced], 'pwd rec swk user mfa', 2],
  ['a provider that says nothing', [elsewhere()], 'fed', 1],
  ['a provider’s password', [elsewhere('pwd')], 'fed pwd', 1],
  ['a provider’s code', [elsewhere('otp')], 'fed otp', 1],
  ['a provider’s two factors', [twoElsewhere], 'fed pwd otp mfa', 2],
  ['a provider and a password here', [elsewhere(), pwd], 'fed pwd', 1],
  ['a provider’s code and a password here', [elsewhere('otp'), pwd], 'fed otp pwd', 1],
  ['a provider and a code here', [elsewhere(), otp], 'fed otp mfa', 2],
  ['a provider’s password and a code here', [elsewhere('pwd'), otp], 'fed pwd otp mfa', 2],
  ['a provider’s code and a code here: both are held', [elsewhere('otp'), otp], 'fed otp', 1],
  ['a provider’s key and a touched passkey here', [elsewhere('hwk'), passkey(touched)], 'fed hwk swk', 1],
  ['a provider and a touched passkey here', [elsewhere(), passkey(touched)], 'fed swk mfa', 2],
  ['a provider and a passkey here', [elsewhere(), synced], 'fed swk user mfa', 2],
  ['a provider and attested hardware here', [elsewhere(), passkey(hardware)], 'fed hwk user mfa', 3],
  ['a provider and a recovery code', [elsewhere(), rec], 'fed rec', 1],
  ['a provider’s two factors and a password here', [twoElsewhere, pwd], 'fed pwd otp mfa', 2],
];

describe('what is claimed of', () => {
  for (const [what, proofs, amr, level] of rows)
    test(`${what} is ${amr} at aal${level}`, () => {
      assert.deepEqual(assuranceOf(proofs), {
        amr: amr.split(' '),
        acr: `urn:argus:aal${level}`,
        authenticatedAt: startMs,
      });
    });

  test('a proof does not depend on the order, and tells the time of the newest', () => {
    for (const [, proofs, amr, level] of rows) {
      const timed = proofs.map((proof, place) => ({ ...proof, provedAt: startMs + place * 1000 }));
      const [first, ...rest] = timed.toReversed();
      assert.ok(first);
      const claims = assuranceOf([first, ...rest]);
      assert.deepEqual([...claims.amr].sort(), amr.split(' ').sort());
      assert.equal(claims.acr, `urn:argus:aal${level}`);
      assert.equal(claims.authenticatedAt, startMs + (proofs.length - 1) * 1000);
    }
  });
});

describe('after an earlier proof of the same session', () => {
  const after: readonly (readonly [
    earlier: string,
    proof: Authentication,
    name: string,
    amr: string,
    level: 1 | 2 | 3,
  ])[] = [
    ['pwd', otp, 'a code', 'otp mfa', 2],
    ['pwd', passkey(touched), 'a touched passkey', 'swk mfa', 2],
    ['pwd', passkey(hardware), 'attested hardware', 'hwk user mfa', 3],
    ['pwd', rec, 'a recovery code', 'rec', 1],
    ['pwd', elsewhere('otp'), 'a provider’s code', 'fed otp', 1],
    ['pwd rec', otp, 'a code', 'otp mfa', 2],
    ['pwd otp mfa', pwd, 'a password', 'pwd', 1],
    ['pwd otp mfa', otp, 'a code', 'otp mfa', 2],
    ['swk user mfa', pwd, 'a password', 'pwd', 1],
    ['swk user mfa', otp, 'a code', 'otp', 1],
    ['swk', pwd, 'a password', 'pwd', 1],
    ['otp', passkey(touched), 'a touched passkey', 'swk', 1],
    ['fed', otp, 'a code', 'otp mfa', 2],
    ['fed pwd', otp, 'a code', 'otp mfa', 2],
    ['fed otp', otp, 'a code', 'otp', 1],
    ['fed hwk mfa', otp, 'a code', 'otp', 1],
  ];
  for (const [earlier, proof, name, amr, level] of after)
    test(`by ${earlier} ${name} is ${amr} at aal${level}`, () => {
      // A closed set, split from text.
      const before = earlier.split(' ') as AuthenticationMethod[];
      const claims = assuranceOf([proof], before);
      assert.deepEqual([claims.amr, claims.acr], [amr.split(' '), `urn:argus:aal${level}`]);
    });
});

describe('whoever signs in with a password and a recovery code', () => {
  const requirement = requirementFor({ hasTotp: true, passkeys: 0 }, balanced.authentication);
  const claims = assuranceOf([pwd, rec]);
  const fresh = startMs + balanced.authentication.stepUp.maxAgeSeconds * 1000;

  test('claims one factor, and may set up another all the same', () => {
    assert.deepEqual([claims.amr, claims.acr], [['pwd', 'rec'], 'urn:argus:aal1']);
    assert.equal(requirement.acr, 'urn:argus:aal2');
    assert.equal(mayEnrolIn(claims, requirement, startMs), true);
  });

  test('may do nothing else that takes two factors', () => {
    assert.equal(isMet(claims, requirement, startMs), false);
  });

  test('may do so while it is fresh and not a moment longer', () => {
    assert.equal(mayEnrolIn(claims, requirement, fresh), true);
    assert.equal(mayEnrolIn(claims, requirement, fresh + 1), false);
  });
});

describe('a change of authenticators takes', () => {
  const takes = (enrolled: { hasTotp: boolean; passkeys: number }, proofs: Proofs, now = startMs) =>
    isMet(assuranceOf(proofs), requirementFor(enrolled, balanced.authentication), now);

  test('the password of whoever has nothing else', () => {
    assert.equal(takes({ hasTotp: false, passkeys: 0 }, [pwd]), true);
    assert.equal(takes({ hasTotp: false, passkeys: 0 }, [elsewhere()]), true);
  });

  test('a second factor of whoever has one', () => {
    for (const enrolled of [
      { hasTotp: true, passkeys: 0 },
      { hasTotp: false, passkeys: 1 },
    ]) {
      assert.equal(takes(enrolled, [pwd]), false);
      assert.equal(takes(enrolled, [passkey(touched)]), false);
      assert.equal(takes(enrolled, [pwd, otp]), true);
      assert.equal(takes(enrolled, [passkey()]), true);
    }
  });

  test('a proof that is fresh, however strong', () => {
    const late = startMs + balanced.authentication.stepUp.maxAgeSeconds * 1000 + 1;
    assert.equal(takes({ hasTotp: false, passkeys: 0 }, [pwd], late), false);
    assert.equal(takes({ hasTotp: false, passkeys: 1 }, [passkey(hardware)], late), false);
  });
});

test('more proofs never claim less, and a recovery code never more', () => {
  const each = fc.constantFrom<Authentication>(
    pwd,
    otp,
    rec,
    passkey(),
    passkey(touched),
    passkey(hardware),
    elsewhere(),
    elsewhere('pwd'),
    elsewhere('otp'),
    twoElsewhere,
  );
  fc.assert(
    fc.property(each, fc.array(each, { maxLength: 4 }), each, (first, rest, more) => {
      const before = assuranceOf([first, ...rest]);
      const after = assuranceOf([first, ...rest, more]);
      assert.ok(after.acr >= before.acr);
      if (more.method === 'rec') assert.equal(after.acr, before.acr);
      assert.equal(after.amr.includes('mfa'), after.acr !== 'urn:argus:aal1');
    }),
  );
});
