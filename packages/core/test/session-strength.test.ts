import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthenticationMethod } from '@argus/contract';
import { balanced, isAsStrong, presetPolicy, strengthOf } from '@argus/core';

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
    const wanted = strengthOf(presetPolicy(preset).authentication);
    assert.deepEqual(
      [byPassword, byCode, byKey, byHardware].map((session) => isAsStrong(session, wanted)),
      answers,
    );
  });

test('a policy that asks for one factor asks for nothing that every session does not have', () => {
  assert.deepEqual(strengthOf(balanced.authentication), { level: 'urn:argus:aal1', needsPasskey: false });
});
