import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { argusClient, type GrantId } from '@argus/contract';
import {
  type Assurance,
  type Authentication,
  assuranceOf,
  isAtLeast,
  renews,
  type Session,
  stepUp,
} from '@argus/core';
import { begun, chrome142, ids, startMs } from './facts.ts';

const later = startMs + 600_000;
const password = (provedAt: number): Authentication => ({ method: 'pwd', provedAt });
const elsewhere = (provedAt: number): Authentication => ({
  method: 'fed',
  provedAt,
  amr: ['fed', 'otp', 'mfa'],
  level: 'urn:argus:aal2',
});

describe('assurance follows from the proofs:', () => {
  const once: Authentication = { method: 'fed', provedAt: startMs, amr: ['pwd'], level: 'urn:argus:aal1' };
  const rows: readonly (readonly [
    what: string,
    proofs: readonly [Authentication, ...Authentication[]],
    is: Assurance,
  ])[] = [
    [
      'a provider’s single factor',
      [once],
      { amr: ['fed', 'pwd'], acr: 'urn:argus:aal1', authenticatedAt: startMs },
    ],
    [
      'a provider’s two factors',
      [elsewhere(startMs)],
      { amr: ['fed', 'otp', 'mfa'], acr: 'urn:argus:aal2', authenticatedAt: startMs },
    ],
    [
      'a password and a provider’s single factor',
      [password(later), once],
      { amr: ['pwd', 'fed'], acr: 'urn:argus:aal1', authenticatedAt: later },
    ],
    [
      'a password and a provider’s two factors',
      [password(startMs), elsewhere(later)],
      { amr: ['pwd', 'fed', 'otp', 'mfa'], acr: 'urn:argus:aal2', authenticatedAt: later },
    ],
  ];
  for (const [what, proofs, is] of rows) {
    test(what, () => assert.deepEqual(assuranceOf(proofs), is));
  }

  test('levels are in order', () => {
    assert.ok(isAtLeast('urn:argus:aal2', 'urn:argus:aal1'));
    assert.ok(isAtLeast('urn:argus:aal2', 'urn:argus:aal2'));
    assert.ok(!isAtLeast('urn:argus:aal2', 'urn:argus:aal3'));
  });
});

describe('stepping up', () => {
  const successorId = '01990000-0000-7000-8000-000000000020' as GrantId; // a brand over text
  const step = (proof: Authentication, session: Partial<Session> = {}, now = later) =>
    stepUp(
      {
        session: { ...begun().session, ...session },
        proofs: [proof],
        authenticationIds: ['01990000-0000-7000-8000-000000000021'],
        grantId: ids.grant,
        successorId,
        successorSecret: Buffer.alloc(32, 2),
        ip: '192.0.2.10',
        userAgent: chrome142,
      },
      now,
    );

  test('with the same factor again makes the sign-in fresh and nothing more', () => {
    const { session } = step(password(later));
    assert.deepEqual(session, { ...begun().session, authenticatedAt: later });
  });

  test('with a stronger proof raises the level and keeps what was proved before', () => {
    const { session } = step(elsewhere(later));
    assert.deepEqual([session.acr, session.amr], ['urn:argus:aal2', ['pwd', 'fed', 'otp', 'mfa']]);
  });

  test('with a weaker proof lets the level fall to it, and what was held is not claimed any more', () => {
    const { session } = step(password(later), { acr: 'urn:argus:aal2', amr: ['swk', 'user', 'mfa'] });
    assert.deepEqual([session.acr, session.amr], ['urn:argus:aal1', ['pwd']]);
  });

  test('with a code after hardware was lost falls to two factors, and still tells both of them', () => {
    const hard = { acr: 'urn:argus:aal3', amr: ['pwd', 'hwk', 'user', 'mfa'] } as const;
    const { session } = step({ method: 'otp', provedAt: later }, hard);
    assert.deepEqual([session.acr, session.amr], ['urn:argus:aal2', ['pwd', 'otp', 'mfa']]);
    assert.equal(renews(session, [{ method: 'otp', provedAt: later + 1 }], 'urn:argus:aal2'), true);
  });

  test('with a code after a password is two factors', () => {
    const { session } = step({ method: 'otp', provedAt: later });
    assert.deepEqual([session.acr, session.amr], ['urn:argus:aal2', ['pwd', 'otp', 'mfa']]);
  });

  test('leaves a recovery code behind', () => {
    const recovered = { amr: ['pwd', 'rec'] } as const;
    assert.deepEqual(step(password(later), recovered).session.amr, ['pwd']);
    assert.deepEqual(step({ method: 'otp', provedAt: later }, recovered).session.amr, ['pwd', 'otp', 'mfa']);
    assert.deepEqual(step({ method: 'rec', provedAt: later }).session.amr, ['pwd', 'rec']);
  });

  test('with a proof that was made earlier elsewhere never makes the sign-in older', () => {
    assert.equal(step(elsewhere(startMs - 5000)).session.authenticatedAt, startMs);
  });

  test('keeps the session’s id and limits and replaces what the browser holds', () => {
    const { session, grant, changes } = step(password(later));
    const { id, createdAt, idleExpiresAt, absoluteExpiresAt } = begun().session;
    assert.deepEqual(
      [session.id, session.createdAt, session.idleExpiresAt, session.absoluteExpiresAt],
      [id, createdAt, idleExpiresAt, absoluteExpiresAt],
    );
    assert.deepEqual(
      [grant.id, grant.generation, grant.sessionId, grant.clientId],
      [successorId, 1, id, argusClient],
    );
    assert.equal(grant.expiresAt, idleExpiresAt);
    assert.deepEqual(changes, [
      {
        kind: 'raise-session',
        sessionId: id,
        userId: ids.user,
        amr: ['pwd'],
        acr: 'urn:argus:aal1',
        authenticatedAt: later,
        methods: ['pwd'],
        authenticationIds: ['01990000-0000-7000-8000-000000000021'],
      },
      { kind: 'end-grant', grantId: ids.grant, reason: 'stepped-up', at: later },
      { kind: 'create-grant', grant },
    ]);
  });
});
