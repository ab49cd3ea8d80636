import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assuranceOf, decideSignIn, isUsableLink, type Link, type SignInFacts } from '@argus/core';
import { ada, begun, startMs } from './facts.ts';

const origin = { ip: '192.0.2.1', userAgent: 'a browser' };
const known = { user: ada, hasPassword: true };
const disabled = { user: { ...ada, status: 'disabled' as const }, hasPassword: true };

describe('a sign-in is refused, with the reason for the log alone,', () => {
  const cases: readonly [what: string, facts: SignInFacts, isRight: boolean, reason: string][] = [
    ['when nobody has the address', { user: null, hasPassword: false }, false, 'unknown-user'],
    [
      'when nobody has the address, whatever the hash said',
      { user: null, hasPassword: true },
      true,
      'unknown-user',
    ],
    ['when the password is wrong', known, false, 'wrong-password'],
    ['when there is no password', { user: ada, hasPassword: false }, true, 'no-password'],
    ['when the user is disabled', disabled, true, 'user-disabled'],
    ['when the user is disabled and the password wrong', disabled, false, 'wrong-password'],
  ];
  for (const [what, facts, isRight, reason] of cases) {
    test(what, () => {
      const decision = decideSignIn(facts, isRight, origin);
      assert.ok(decision.kind === 'refuse');
      const { type, actor, userId } = decision.event;
      assert.deepEqual([type, actor, userId], ['sign-in.refused', 'anyone', facts.user?.id]);
      assert.equal(decision.event.reason, reason);
      assert.deepEqual(decision.event.origin, origin);
    });
  }
});

test('an active user with the right password is admitted', () => {
  assert.deepEqual(decideSignIn(known, true, origin), { kind: 'admit', user: ada });
});

test('assurance follows from what was proved: a password is level one, however often', () => {
  const once = { method: 'pwd', provedAt: startMs } as const;
  const again = { method: 'pwd', provedAt: startMs + 5000 } as const;
  assert.deepEqual(assuranceOf([once]), { amr: ['pwd'], acr: 'urn:argus:aal1', authenticatedAt: startMs });
  assert.deepEqual(assuranceOf([again, once]), {
    amr: ['pwd'],
    acr: 'urn:argus:aal1',
    authenticatedAt: startMs + 5000,
  });
});

test('a session begins with the assurance of its proof, and its grant at generation one', () => {
  const { session, grant } = begun();
  assert.deepEqual([session.amr, session.acr, session.authenticatedAt], [['pwd'], 'urn:argus:aal1', startMs]);
  assert.deepEqual([grant.generation, grant.status, grant.expiresAt], [1, 'active', session.idleExpiresAt]);
});

describe('a one-time link', () => {
  const link: Link = {
    id: '01990000-0000-7000-8000-000000000009',
    tokenHash: Buffer.alloc(32),
    kind: 'invitation',
    userId: ada.id,
    details: {},
    createdAt: startMs,
    expiresAt: startMs + 1000,
    consumedAt: null,
  };
  const cases: readonly [what: string, link: Link | null, now: number, isUsable: boolean][] = [
    ['is usable up to its last millisecond', link, startMs + 999, true],
    ['is not usable at its end', link, startMs + 1000, false],
    ['is not usable twice', { ...link, consumedAt: startMs }, startMs, false],
    ['that does not exist is not usable', null, startMs, false],
  ];
  for (const [what, shown, now, isUsable] of cases) {
    test(what, () => assert.equal(isUsableLink(shown, now), isUsable));
  }
});
