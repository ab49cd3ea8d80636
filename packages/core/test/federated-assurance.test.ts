import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assuranceOf, balanced, federatedAssurance, isMet, isProvedSince, requirementFor } from '@argus/core';
import fc from 'fast-check';

const now = Date.UTC(2026, 0, 5, 9);
const none = { aal2Acr: [], aal2Amr: [] };
const mapping = { aal2Acr: ['urn:idp:two'], aal2Amr: ['mfa', 'hwk'] };
const silent = { acr: null, amr: [], authenticatedAt: null };

describe('what a provider says of a sign-in', () => {
  test('and does not say, counts for one factor, proved now', () => {
    const single = { method: 'fed', amr: [], level: 'urn:argus:aal1', provedAt: now };
    assert.deepEqual(federatedAssurance(silent, mapping, now), single);
    assert.deepEqual(federatedAssurance(silent, none, now), single);
  });

  test('counts for two factors only by a value that an administrator named', () => {
    const two = { acr: 'urn:idp:two', amr: ['pwd', 'otp'], authenticatedAt: null };
    assert.equal(federatedAssurance(two, mapping, now).level, 'urn:argus:aal2');
    assert.deepEqual(federatedAssurance(two, mapping, now).amr, ['pwd', 'otp', 'mfa']);
    assert.equal(federatedAssurance(two, none, now).level, 'urn:argus:aal1');
    const byMethod = { acr: null, amr: ['hwk'], authenticatedAt: null };
    assert.deepEqual(federatedAssurance(byMethod, mapping, now), {
      method: 'fed',
      amr: ['hwk', 'mfa'],
      level: 'urn:argus:aal2',
      provedAt: now,
    });
  });

  test('in words that are not ours, or too many of them, is not repeated', () => {
    const claims = { acr: null, amr: ['pwd', 'face', 'mfa'], authenticatedAt: null };
    assert.deepEqual(federatedAssurance(claims, none, now).amr, ['pwd']);
    assert.deepEqual(federatedAssurance({ ...claims, amr: ['pwd', 'otp', 'mfa'] }, none, now).amr, []);
  });

  test('about its time is taken as it is, but never from the future', () => {
    const at = (authenticatedAt: number) => federatedAssurance({ ...silent, authenticatedAt }, none, now);
    assert.equal(at(now - 3_600_000).provedAt, now - 3_600_000);
    assert.equal(at(now + 60_000).provedAt, now);
  });
});

test('no word of a provider lifts a sign-in to two factors without a mapping, or to three with one', () => {
  const said = fc.record({
    acr: fc.option(fc.constantFrom('urn:argus:aal2', 'urn:argus:aal3', 'urn:idp:two', '2')),
    amr: fc.array(fc.constantFrom('pwd', 'otp', 'hwk', 'swk', 'user', 'mfa', 'fed', 'x')),
    authenticatedAt: fc.option(fc.integer({ min: 0, max: 2 * now })),
  });
  fc.assert(
    fc.property(said, (claims) => {
      const unmapped = federatedAssurance(claims, none, now);
      assert.equal(unmapped.level, 'urn:argus:aal1');
      assert.ok(!unmapped.amr.includes('mfa') && unmapped.amr.length <= 1);
      const mapped = federatedAssurance(claims, mapping, now);
      assert.notEqual(mapped.level, 'urn:argus:aal3');
      for (const proof of [unmapped, mapped]) {
        const { amr, acr, authenticatedAt } = assuranceOf([proof]);
        assert.deepEqual(amr, ['fed', ...proof.amr]);
        assert.equal(acr, proof.level);
        assert.ok(authenticatedAt <= now);
      }
    }),
  );
});

describe('a proof is fresh', () => {
  test('only when its provider says that it came after the question', () => {
    assert.equal(isProvedSince({ ...silent, authenticatedAt: now }, now - 1000), true);
    assert.equal(isProvedSince({ ...silent, authenticatedAt: now - 60_000 }, now), false);
    assert.equal(isProvedSince(silent, now), false);
  });

  test('for a change of the ways in during fifteen minutes, the last one included', () => {
    const needs = requirementFor({ hasTotp: false, passkeys: 0 }, balanced.authentication);
    const session = { acr: 'urn:argus:aal1', amr: ['pwd'] } as const;
    const at = (age: number) => isMet({ ...session, authenticatedAt: now - age }, needs, now);
    assert.equal(at(15 * 60_000), true);
    assert.equal(at(15 * 60_000 + 1), false);
  });
});
