import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authenticatorKinds } from '@argus/contract';
import type { Enrolled } from '@argus/core';
import { elsewhere, otp, passkey, pwd, rec, touched, twoElsewhere } from './proofs.ts';
import { type Demands, free, type Limit, max, type Standing, stepOf, termsOf } from './sign-in-terms.ts';

describe('a sign-in', () => {
  const one: Demands = {
    required: 1,
    isPhishingResistant: false,
    attestation: 'none',
    methods: authenticatorKinds,
    verifyEmail: 'later',
  };
  const two: Demands = { ...one, required: 2 };
  const resistant: Demands = { ...one, isPhishingResistant: true };
  const nobody: Enrolled = { hasPassword: true, hasTotp: false, passkeys: 0, recoveryCodes: 0 };
  type Changes = Partial<Enrolled & Omit<Standing, 'proofs' | 'enrolled'>>;
  const next = (demands: Demands, proofs: Standing['proofs'], changes: Changes = {}, limit: Limit = 'ask') =>
    stepOf({ ...free, ...changes, proofs, enrolled: { ...nobody, ...changes } }, termsOf(demands, limit));
  const admit = { kind: 'admit' };
  const tooWeak = { kind: 'refuse', reason: 'too-weak' };
  const limit = { path: 'session.concurrent.max', most: max };
  const choose = { kind: 'choose-session', among: ['session-0', 'session-1'], toEnd: 1, limit };
  const ask = (...methods: string[]) => ({ kind: 'second-factor', methods });
  const enrol = (...methods: string[]) => ({ kind: 'enrol', methods });

  test('with a password is complete where one factor is enough and there is no other', () => {
    assert.deepEqual(next(one, [pwd]), admit);
  });

  test('asks whoever has a second factor for it, the strongest first', () => {
    const all = { hasTotp: true, passkeys: 1, recoveryCodes: 10 };
    assert.deepEqual(next(one, [pwd], all), ask('passkey', 'totp', 'recovery-code'));
    assert.deepEqual(next(one, [pwd, otp], all), admit);
    assert.deepEqual(next(one, [elsewhere()], { hasTotp: true }), ask('totp'));
  });

  test('with a passkey and PIN or face is complete by itself', () => {
    for (const demands of [one, two, resistant])
      assert.deepEqual(next(demands, [passkey()], { passkeys: 1 }), admit);
  });

  test('with a passkey that may be copied sets up one that may not, where policy takes no other', () => {
    const bound: Demands = { ...resistant, isBackupEligible: false };
    const [synced, held] = [passkey({ isBackupEligible: true }), passkey({ isBackupEligible: false })];
    assert.deepEqual(next(bound, [synced], { passkeys: 1 }), enrol('passkey'));
    assert.deepEqual(next({ ...one, isBackupEligible: false }, [synced], { passkeys: 1 }), enrol('passkey'));
    assert.deepEqual(next(bound, [held], { passkeys: 1 }), admit);
    assert.deepEqual(next(bound, [synced, held], { passkeys: 2 }), admit);
    assert.deepEqual(next({ ...one, isBackupEligible: false }, [pwd]), admit);
  });

  test('with a passkey that was only touched takes a password too, and no code: both are held', () => {
    assert.deepEqual(next(one, [passkey(touched)], { passkeys: 1, hasTotp: true }), ask('password'));
    assert.deepEqual(next(two, [passkey(touched), pwd], { passkeys: 1 }), admit);
  });

  test('with a passkey that was only touched is not spared the password, and no recovery code replaces it', () => {
    const person = { passkeys: 1, recoveryCodes: 9 };
    assert.deepEqual(next(one, [passkey(touched)], { ...person, isRemembered: true }), ask('password'));
    // A recovery code stands for something held, and that was shown.
    assert.deepEqual(next(one, [passkey(touched)], person), ask('password'));
  });

  test('takes a passkey where policy wants one, though a code was shown', () => {
    assert.deepEqual(next(resistant, [pwd, otp], { hasTotp: true, passkeys: 1 }), ask('passkey'));
    assert.deepEqual(next(resistant, [pwd, otp], { hasTotp: true }), enrol('passkey'));
    // Two factors were shown: nothing is left for a recovery code to stand for.
    assert.deepEqual(next(resistant, [pwd, otp], { hasTotp: true, recoveryCodes: 9 }), enrol('passkey'));
  });

  test('leads whoever has no second factor to one before there is a session', () => {
    assert.deepEqual(next(two, [pwd]), enrol('passkey', 'totp'));
    assert.deepEqual(next({ ...two, attestation: 'verified' }, [pwd]), enrol('passkey'));
    assert.deepEqual(next({ ...two, methods: ['password'] }, [pwd]), tooWeak);
  });

  test('with a recovery code claims no second factor, and leads to a new one where two are wanted', () => {
    assert.deepEqual(next(one, [pwd, rec], { hasTotp: true, recoveryCodes: 9 }), admit);
    assert.deepEqual(next(two, [pwd, rec], { hasTotp: true, recoveryCodes: 9 }), enrol('passkey', 'totp'));
    assert.deepEqual(next(two, [pwd, rec, otp], { hasTotp: true }), admit);
  });

  test('by a provider’s two factors counts as such', () => {
    assert.deepEqual(next(two, [twoElsewhere], { hasPassword: false }), admit);
    assert.deepEqual(next(two, [elsewhere()], { hasPassword: false }), enrol('passkey', 'totp'));
  });

  test('by a method that policy does not take is refused', () => {
    const methods = ['passkey'] as const;
    assert.deepEqual(next({ ...one, methods }, [pwd]), { kind: 'refuse', reason: 'method-not-allowed' });
  });

  test('comes to the address, then to a factor, then to the limit of sessions', () => {
    const demands: Demands = { ...two, verifyEmail: 'before-session' };
    const late = { isEmailVerified: false, liveSessions: max };
    assert.deepEqual(next(demands, [pwd], late), { kind: 'verify-email' });
    assert.deepEqual(next(demands, [pwd], { ...late, isEmailVerified: true }), enrol('passkey', 'totp'));
    assert.deepEqual(next(demands, [passkey()], { passkeys: 1, liveSessions: max }), choose);
  });

  test('over the limit of sessions goes as policy says', () => {
    const full = { liveSessions: max };
    assert.deepEqual(next(one, [pwd], { liveSessions: max - 1 }, 'deny'), admit);
    assert.deepEqual(next(one, [pwd], full, 'ask'), choose);
    assert.deepEqual(next(one, [pwd], full, 'deny'), { kind: 'refuse', reason: 'session-limit', limit });
    assert.deepEqual(next(one, [pwd], full, 'least-recently-active'), admit);
  });
});

describe('whoever knows the password of somebody with a second factor does not set up another', () => {
  const owner: Enrolled = { hasPassword: true, hasTotp: true, passkeys: 0, recoveryCodes: 0 };
  const from = (demands: Partial<Demands>, changes: Partial<Standing> = {}) =>
    stepOf(
      { ...free, proofs: [pwd], enrolled: owner, ...changes },
      termsOf(
        {
          required: 1,
          isPhishingResistant: false,
          attestation: 'none',
          methods: authenticatorKinds,
          verifyEmail: 'later',
          ...demands,
        },
        'ask',
      ),
    );

  test('on a device that is remembered, where policy wants more than was set up', () => {
    const step = from({ isPhishingResistant: true }, { isRemembered: true });
    assert.deepEqual(step, { kind: 'second-factor', methods: ['totp'] });
  });

  test('when policy takes that factor no more', () => {
    const step = from({ required: 2, methods: ['password', 'passkey'] });
    assert.deepEqual(step, { kind: 'refuse', reason: 'too-weak' });
  });

  test('nor does who found their key replace the app that they have', () => {
    const enrolled: Enrolled = { ...owner, hasPassword: false, passkeys: 1 };
    const step = from({ required: 2 }, { proofs: [passkey(touched)], enrolled });
    assert.deepEqual(step, { kind: 'enrol', methods: ['passkey'] });
  });

  test('and a code alone begins nothing', () => {
    for (const proof of [otp, rec])
      assert.deepEqual(from({}, { proofs: [proof] }), { kind: 'refuse', reason: 'too-weak' });
  });
});
