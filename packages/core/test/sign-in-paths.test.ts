import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuthenticatorKind, authenticatorKinds } from '@argus/contract';
import { type Authentication, type Enrolled, mostPasskeys } from '@argus/core';
import fc from 'fast-check';
import { elsewhere, otp, pwd, rec, twoElsewhere } from './proofs.ts';
import {
  type Demands,
  free,
  type Limit,
  max,
  type Standing,
  stepOf,
  type Terms,
  termsOf,
} from './sign-in-terms.ts';
import { claimedLevel, everyStep, justified, makes, type Seen, type Start } from './sign-in-walk.ts';

const kinds = {
  pwd: 'password',
  otp: 'totp',
  rec: 'recovery-code',
  passkey: 'passkey',
  fed: 'federated',
} as const;
const firstProofs = [pwd, elsewhere(), elsewhere('otp'), twoElsewhere, ...makes];
const either = [false, true];
const sets: readonly (readonly AuthenticatorKind[])[] = Array.from({ length: 32 }, (_, bits) =>
  authenticatorKinds.filter((_kind, place) => bits & (1 << place)),
);

/** Everybody that there can be: a first proof goes with what it is made with. */
function* people(): Generator<Pick<Standing, 'proofs' | 'enrolled'>> {
  for (const first of firstProofs)
    for (const hasPassword of either)
      for (const hasTotp of either)
        for (const passkeys of [0, mostPasskeys - 1, mostPasskeys])
          for (const recoveryCodes of [0, 1]) {
            if (first.method === 'pwd' && !hasPassword) continue;
            if (first.method === 'passkey' && passkeys === 0) continue;
            yield { proofs: [first], enrolled: { hasPassword, hasTotp, passkeys, recoveryCodes } };
          }
}

function* policies(): Generator<Demands> {
  for (const required of [1, 2] as const)
    for (const isPhishingResistant of either)
      for (const attestation of ['none', 'verified'] as const)
        for (const methods of sets)
          yield { required, isPhishingResistant, attestation, methods, verifyEmail: 'later' };
}

/** What policy asks of everybody, told without the code. */
function satisfies(proofs: Standing['proofs'], { authentication }: Terms): boolean {
  const { factors, passkey: keys } = authentication;
  const asksTwo = factors.required === 2 || factors.isPhishingResistant;
  const least = !asksTwo ? 1 : keys.attestation === 'verified' ? 3 : 2;
  if (!proofs.every(({ method }) => factors.methods.includes(kinds[method]))) return false;
  if (factors.isPhishingResistant && !proofs.some(({ method }) => method === 'passkey')) return false;
  return justified(proofs) >= least;
}

/** Something beside a first factor, or a code that stands for it. */
function hasShownMore(proofs: Standing['proofs']): boolean {
  return justified(proofs) > 1 || proofs.some(({ method }) => ['otp', 'passkey', 'rec'].includes(method));
}

function hasProved(proofs: Standing['proofs'], asked: 'rec' | 'passkey'): boolean {
  return proofs.some(({ method }) => method === asked);
}

function ownsSecond({ hasTotp, passkeys }: Enrolled): boolean {
  return hasTotp || passkeys > 0;
}

/** Whether policy still takes a second factor that they own. */
function canShowSecond({ hasTotp, passkeys }: Enrolled, { authentication }: Terms): boolean {
  const { methods } = authentication.factors;
  return (hasTotp && methods.includes('totp')) || (passkeys > 0 && methods.includes('passkey'));
}

/** What must hold at every step of a walk that began like this. */
function check(start: Start, seen: Seen): void {
  // In words only when it fails: there are millions of these.
  const holds: Holds = (isTrue, what) => {
    if (!isTrue) assert.fail(`${what}: ${JSON.stringify({ ...start, ...seen, start: start.standing })}`);
  };
  checkAdmitted(start, seen, holds);
  checkOffered(start, seen, holds);
}

type Holds = (isTrue: boolean, what: string) => void;

function checkAdmitted({ standing: start, terms }: Start, { step, standing }: Seen, holds: Holds): void {
  if (step.kind !== 'admit') return;
  const { proofs } = standing;
  holds(claimedLevel(proofs) <= justified(proofs), 'no claim exceeds what was proved');
  holds(satisfies(proofs, terms), 'nobody is admitted below policy');
  holds(
    start.isRemembered || !canShowSecond(start.enrolled, terms) || hasShownMore(proofs),
    'whoever has a second factor shows it',
  );
  const { verifyEmail } = terms.authentication.signUp;
  holds(
    verifyEmail === 'later' || standing.isEmailVerified,
    'the address is verified where that comes first',
  );
  const { onLimit } = terms.session.concurrent;
  holds(standing.liveSessions < max || onLimit === 'least-recently-active', 'there is room');
}

function checkOffered({ standing: start, terms }: Start, { step, standing }: Seen, holds: Holds): void {
  if (step.kind !== 'enrol' && step.kind !== 'second-factor') return;
  const { proofs } = standing;
  if (step.kind === 'enrol') {
    holds(!ownsSecond(start.enrolled) || hasShownMore(proofs), 'no enrolment past a second factor');
    holds(!satisfies(proofs, terms), 'enrolment only where something is missing');
    const isReplaced = standing.enrolled.hasTotp && step.methods.includes('totp');
    holds(!isReplaced || hasProved(proofs, 'rec'), 'only a recovery code lets an app be replaced');
  } else {
    const isStoodFor = step.methods.includes('recovery-code') && hasProved(proofs, 'passkey');
    holds(!isStoodFor, 'a recovery code stands for nothing that was shown');
  }
  holds(step.methods.length > 0, 'there is a way on');
  const { methods } = terms.authentication.factors;
  holds(
    step.methods.every((method) => methods.includes(method)),
    'only what policy takes is offered',
  );
}

function checkAll(start: Start): readonly Seen[] {
  const steps = everyStep(start);
  for (const seen of steps) check(start, seen);
  return steps;
}

test('every way through a sign-in ends, and admits nobody whom it should not', () => {
  let ways = 0;
  const ends = new Set<string>();
  for (const demands of policies()) {
    const terms = termsOf(demands, 'ask');
    for (const person of people())
      for (const isRemembered of either)
        for (const { step } of checkAll({ standing: { ...free, ...person, isRemembered }, terms })) {
          ways += 1;
          ends.add(step.kind === 'refuse' ? step.reason : step.kind);
        }
  }
  assert.ok(ways > 100_000, `only ${ways}`);
  assert.deepEqual([...ends].sort(), ['admit', 'enrol', 'method-not-allowed', 'second-factor', 'too-weak']);
});

test('a remembered device spares a question where one factor is enough, and changes nothing else', () => {
  for (const demands of policies())
    for (const person of people()) {
      const terms = termsOf(demands, 'ask');
      const step = stepOf({ ...free, ...person }, terms);
      const spared = stepOf({ ...free, ...person, isRemembered: true }, terms);
      const isSpared = JSON.stringify(step) !== JSON.stringify(spared);
      if (!isSpared) continue;
      assert.equal(step.kind, 'second-factor');
      assert.deepEqual(spared, { kind: 'admit' });
      assert.ok(person.proofs.every(({ method }) => method !== 'passkey'));
      assert.ok(demands.required === 1 && !demands.isPhishingResistant, JSON.stringify({ demands, person }));
      assert.equal(claimedLevel(person.proofs), 1, 'the session claims what was shown');
    }
});

test('whatever comes together in a sign-in, the rules hold', () => {
  const starts = fc.record({
    first: fc.constantFrom<Authentication>(...firstProofs, otp, rec),
    more: fc.array(fc.constantFrom<Authentication>(...firstProofs, otp, rec), { maxLength: 2 }),
    enrolled: fc.record({
      hasPassword: fc.boolean(),
      hasTotp: fc.boolean(),
      passkeys: fc.integer({ min: 0, max: mostPasskeys }),
      recoveryCodes: fc.integer({ min: 0, max: 10 }),
    }),
    isEmailVerified: fc.boolean(),
    isRemembered: fc.boolean(),
    liveSessions: fc.integer({ min: 0, max: 4 }),
    onLimit: fc.constantFrom<Limit>('ask', 'deny', 'least-recently-active'),
    demands: fc.record({
      required: fc.constantFrom(1 as const, 2 as const),
      isPhishingResistant: fc.boolean(),
      attestation: fc.constantFrom('none' as const, 'verified' as const),
      methods: fc.subarray([...authenticatorKinds]),
      verifyEmail: fc.constantFrom('later' as const, 'before-session' as const),
    }),
  });
  fc.assert(
    fc.property(starts, ({ first, more, demands, onLimit, ...standing }) => {
      checkAll({ standing: { ...standing, proofs: [first, ...more] }, terms: termsOf(demands, onLimit) });
    }),
    { numRuns: 3000 },
  );
});
