import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { Change } from '@argus/core';
import { policyInForce } from '@argus/store';
import { activityWork } from './activity-work.ts';
import * as authenticators from './authenticator-stage.ts';
import { changeCases, linkOf, newerSession } from './change-cases.ts';
import { eventOf, holdings, home, openStage, other, personOf, rotationOf, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function furnish(tenant: TenantId, number: number): Promise<void> {
  const person = await authenticators.furnish(stage.store, tenant, number);
  const link = linkOf(person.user.id, number, tenant);
  const session = { ...person.session, id: newerSession(number) };
  const newer: Change = { kind: 'create-session', session, methods: [], authenticationIds: [] };
  await stage.store.commit({ tenant, changes: [{ kind: 'create-link', link }, newer], events: [] });
}

/** What changes of this kind expect nothing, and so are never lost. */
const unconditional: readonly Change['kind'][] = [
  'create-user',
  'create-newcomers',
  'create-import',
  'create-link',
  'invite',
  'create-tenant',
  'change-tenant',
  'create-client',
  'claim-mark',
  'end-token',
  'expect-unlocked',
  // Where nothing lives there is room.
  'make-room',
];
const sweeping: readonly Change['kind'][] = [
  'send-mail',
  'end-sessions-of-user',
  'end-grants-of-client',
  'end-sessions-beyond-policy',
  'tighten-sessions',
  'end-grants-beyond-policy',
  'end-links',
  'remove-recovery-codes',
  'remove-authenticators-since',
  'remove-second-factors',
  'close-password',
  'forget-guesses',
  'forget-password-tries',
  'forget-devices',
];

describe('with a second tenant that holds the same ids, addresses and secrets', () => {
  for (const [number, [kind, changeOf]] of Object.entries(changeCases).entries()) {
    test(`${kind} in one tenant leaves the other as it was`, async () => {
      await furnish(home, number);
      await furnish(other, number);
      const change = changeOf(personOf(home, number), number);
      const tenant = change.kind === 'create-tenant' ? change.id : home;
      const before = await holdings(stage.store, other);
      const mine = await holdings(stage.store, home);
      const written = await stage.store.commit({ tenant, changes: [change], events: [eventOf()] });
      assert.ok(written.isCommitted, 'the change must find what it expects, or this test proves nothing');
      if (!/^(hold|expect|create-tenant)/.test(kind))
        assert.notDeepEqual(
          { ...(await holdings(stage.store, home)), audit_events: '' },
          { ...mine, audit_events: '' },
        );
      assert.deepEqual(await holdings(stage.store, other), before);
    });
  }

  test('a rotation in one tenant leaves the other as it was', async () => {
    await furnish(home, 200);
    await furnish(other, 200);
    const before = await holdings(stage.store, other);
    // The changes above have moved the policy on.
    const { version = 1 } = (await policyInForce(stage.store.pool, home, { now: 0 })) ?? {};
    const rotation = { ...rotationOf(personOf(home, 200)), policyVersion: version };
    assert.equal(await stage.store.rotate(rotation), true);
    assert.deepEqual(await holdings(stage.store, other), before);
  });
});

describe('a report of activity', () => {
  test('in one tenant leaves the other as it was', async () => {
    await furnish(home, 500);
    await furnish(other, 500);
    const before = await holdings(stage.store, other);
    const written = await stage.store.recordActivity(activityWork([personOf(home, 500)], 500));
    assert.deepEqual([written.known.size, written.moved], [1, 1]);
    assert.deepEqual(await holdings(stage.store, other), before);
  });

  test('counts though the other tenant had a batch of that name', async () => {
    for (const tenant of [other, home]) {
      await furnish(tenant, 501);
      const written = await stage.store.recordActivity(activityWork([personOf(tenant, 501)], 501));
      assert.deepEqual([written.isFirst, written.known.size], [true, 1]);
    }
  });

  test('about what only the other tenant holds leaves no more than that it came', async () => {
    await furnish(other, 502);
    const before = await holdings(stage.store);
    const work = { ...activityWork([personOf(other, 502)], 502), tenant: home };
    assert.deepEqual(await stage.store.recordActivity(work), {
      isFirst: true,
      isOutdated: false,
      known: new Set(),
      moved: 0,
    });
    assert.deepEqual({ ...(await holdings(stage.store)), marks: '' }, { ...before, marks: '' });
  });
});

describe('aimed at what only the other tenant holds', () => {
  for (const [place, [kind, changeOf]] of Object.entries(changeCases).entries()) {
    // Nobody is asked to be there, or the ids are free in this tenant.
    if (unconditional.some((each) => each === kind)) continue;
    const number = 300 + place;
    test(`${kind} writes nothing anywhere`, async () => {
      await furnish(other, number);
      const change = changeOf(personOf(other, number), number);
      const before = await holdings(stage.store);
      const attempt = stage.store.commit({ tenant: home, changes: [change], events: [] });
      const written = await attempt.catch(() => 'refused by the schema');
      if (typeof written === 'object' && written.isCommitted) {
        assert.ok(
          sweeping.some((each) => each === kind),
          'only what expects nothing may be committed',
        );
        assert.deepEqual(written.touched, [[]]);
      }
      assert.deepEqual(await holdings(stage.store), before);
    });
  }

  test('a rotation writes nothing anywhere', async () => {
    await furnish(other, 900);
    const before = await holdings(stage.store);
    const rotation = rotationOf(personOf(other, 900), { tenant: home });
    assert.equal(await stage.store.rotate(rotation), false);
    assert.deepEqual(await holdings(stage.store), before);
  });
});

test('an event of one tenant can bear the id of another’s', async () => {
  const event = eventOf();
  for (const tenant of [home, other]) {
    const written = await stage.store.commit({ tenant, changes: [], events: [event] });
    assert.ok(written.isCommitted);
  }
});
