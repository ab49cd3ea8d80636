import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthenticationMethod } from '@argus/contract';
import { balanced, isProvenEnough, levelAsked, presetPolicy } from '@argus/core';

const byPassword = { acr: 'urn:argus:aal1', amr: ['pwd'] as AuthenticationMethod[] } as const;
const byCode = { acr: 'urn:argus:aal2', amr: ['pwd', 'otp', 'mfa'] as AuthenticationMethod[] } as const;
const byKey = { acr: 'urn:argus:aal2', amr: ['swk', 'user', 'mfa'] as AuthenticationMethod[] } as const;
const byHardware = { acr: 'urn:argus:aal3', amr: ['hwk', 'user', 'mfa'] as AuthenticationMethod[] } as const;

const rows = [
  ['balanced', [true, true, true, true]],
  ['strict', [false, true, true, true]],
  ['fedramp-moderate', [false, false, true, true]],
  ['nist-aal3', [false, false, false, true]],
] as const;

for (const [preset, answers] of rows)
  test(`what a session rests on under ${preset}`, () => {
    const { authentication } = presetPolicy(preset);
    assert.deepEqual(
      [byPassword, byCode, byKey, byHardware].map((session) => isProvenEnough(session, authentication)),
      answers,
    );
  });

test('a policy that asks for one factor asks for nothing that every session does not have', () => {
  assert.equal(levelAsked(balanced.authentication), 'urn:argus:aal1');
  assert.equal(balanced.authentication.factors.isPhishingResistant, false);
});
