import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TenantId, UserId } from '@argus/contract';
import { decideFederatedSignIn, judgeDisconnect, type UpstreamPerson, type User } from '@argus/core';
import fc from 'fast-check';

const user = (email: string, status: User['status'] = 'active'): User => ({
  id: `id of ${email}` as UserId, // any name will do here
  tenant: 'default' as TenantId, // as above
  email,
  name: null,
  roles: [],
  groups: [],
  status,
  createdAt: 0,
  emailVerifiedAt: null,
});
const ada = user('ada@example.org');
const settings = { trustsEmail: true, newUsers: 'create' } as const;
const person: UpstreamPerson = {
  issuer: 'https://idp.example',
  subject: '42',
  email: 'Ada@Example.org',
  isEmailConfirmed: true,
  name: 'Ada',
};

describe('somebody from another provider', () => {
  test('whose identity is known is its user, whatever address comes with it', () => {
    for (const email of [null, 'eve@example.org', ada.email]) {
      const decision = decideFederatedSignIn({ known: ada, namesake: null }, { ...person, email }, settings);
      assert.deepEqual(decision, { kind: 'admit', user: ada });
    }
  });

  test('whose account is disabled stays out, by identity and by address', () => {
    const disabled = user(ada.email, 'disabled');
    for (const facts of [
      { known: disabled, namesake: null },
      { known: null, namesake: disabled },
    ])
      assert.deepEqual(decideFederatedSignIn(facts, person, settings), {
        kind: 'refuse',
        reason: 'user-disabled',
      });
  });

  test('who is new gets an account under the canonical address, where the policy makes accounts', () => {
    const facts = { known: null, namesake: null };
    assert.deepEqual(decideFederatedSignIn(facts, person, settings), {
      kind: 'create',
      email: 'ada@example.org',
    });
    assert.deepEqual(decideFederatedSignIn(facts, person, { ...settings, newUsers: 'refuse' }), {
      kind: 'refuse',
      reason: 'new-users-refused',
    });
  });

  test('with the address of an account is never let into it, only asked to prove it', () => {
    for (const newUsers of ['create', 'refuse'] as const) {
      const decision = decideFederatedSignIn({ known: null, namesake: ada }, person, {
        ...settings,
        newUsers,
      });
      assert.deepEqual(decision, { kind: 'prove-account', user: ada });
    }
  });

  test('whose address nobody confirmed learns nothing of accounts', () => {
    const unconfirmed: readonly [UpstreamPerson, boolean][] = [
      [{ ...person, isEmailConfirmed: false }, true],
      [{ ...person, email: null }, true],
      [{ ...person, email: 'no address' }, true],
      [person, false],
    ];
    for (const [shown, trustsEmail] of unconfirmed)
      for (const namesake of [null, ada])
        assert.deepEqual(
          decideFederatedSignIn({ known: null, namesake }, shown, { ...settings, trustsEmail }),
          {
            kind: 'refuse',
            reason: 'email-not-confirmed',
          },
        );
  });
});

test('no facts at all let anybody into an account but its known identity', () => {
  const users = fc.constantFrom(null, ada, user('eve@example.org'), user('eve@example.org', 'disabled'));
  const facts = fc.record({ known: users, namesake: users });
  const shown = fc.record({
    issuer: fc.string(),
    subject: fc.string(),
    email: fc.option(fc.emailAddress()),
    isEmailConfirmed: fc.boolean(),
    name: fc.option(fc.string()),
  });
  const policies = fc.record({
    trustsEmail: fc.boolean(),
    newUsers: fc.constantFrom('create' as const, 'refuse' as const),
  });
  fc.assert(
    fc.property(facts, shown, policies, (given, who, policy) => {
      const decision = decideFederatedSignIn(given, who, policy);
      if (decision.kind === 'admit') assert.equal(decision.user, given.known);
      if (decision.kind === 'create') assert.equal(given.known ?? given.namesake, null);
    }),
  );
});

describe('an identity can be disconnected', () => {
  const [one, two] = [
    { issuer: 'https://idp.example', subject: '1', isUsable: true },
    { issuer: 'https://other.example', subject: '1', isUsable: true },
  ] as const;

  test('where a password or another identity is left', () => {
    assert.equal(judgeDisconnect({ hasPassword: true, hasPasskey: false, identities: [one] }, one), 'may');
    assert.equal(
      judgeDisconnect({ hasPassword: false, hasPasskey: false, identities: [one, two] }, one),
      'may',
    );
  });

  test('but never when it is the last way in', () => {
    assert.equal(
      judgeDisconnect({ hasPassword: false, hasPasskey: false, identities: [one] }, one),
      'last-way-in',
    );
    const gone = { ...two, isUsable: false };
    assert.equal(
      judgeDisconnect({ hasPassword: false, hasPasskey: false, identities: [one, gone] }, one),
      'last-way-in',
    );
    assert.equal(
      judgeDisconnect({ hasPassword: false, hasPasskey: false, identities: [one, gone] }, gone),
      'may',
    );
  });

  test('and only by whose it is: the same subject at another issuer is another one', () => {
    assert.equal(
      judgeDisconnect({ hasPassword: true, hasPasskey: false, identities: [one] }, two),
      'unknown',
    );
  });
});
