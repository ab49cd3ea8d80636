import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Change } from '@argus/core';
import { furnish } from './authenticator-stage.ts';
import { commitAlone, deadlocks, whileUncommitted } from './lock-waits.ts';
import { at, home, openStage, other, type Person, type Stage } from './stage.ts';

let stage: Stage;
let one: Person;
let two: Person;
before(async () => {
  stage = await openStage();
  [one, two] = [await furnish(stage.store, home, 1), await furnish(stage.store, home, 2)];
  await furnish(stage.store, other, 1);
});
after(() => stage[Symbol.asyncDispose]());
beforeEach(() => everybodyAgain());

async function everybodyAgain(): Promise<void> {
  await stage.store.pool.query('DELETE FROM erasures');
  await stage.store.pool.query(`UPDATE users SET roles = '{}', status = 'active'`);
}

const set = ({ user }: Person, ...roles: string[]): Change => ({
  kind: 'set-user-roles',
  userId: user.id,
  roles,
});
const erase = ({ user }: Person): Change => ({
  kind: 'begin-user-erasure',
  userId: user.id,
  key: Buffer.alloc(32, 7),
  at,
});
const disable = ({ user }: Person): Change => ({
  kind: 'set-user-status',
  userId: user.id,
  status: 'disabled',
});

async function isWritten(...changes: Change[]): Promise<boolean> {
  return (await stage.store.commit({ tenant: home, changes, events: [] })).isCommitted;
}

async function rulers(tenant: string): Promise<number> {
  const { rowCount } = await stage.store.pool.query(
    `SELECT FROM users WHERE tenant_id = $1 AND status = 'active' AND roles && '{owner,admin}'`,
    [tenant],
  );
  return rowCount ?? 0;
}

describe('a tenant keeps somebody to rule it:', () => {
  test('the last owner stays one, whoever administers beside', async () => {
    assert.ok(await isWritten(set(one, 'owner'), set(two, 'admin')));
    assert.equal(await isWritten(set(one, 'admin')), false);
    assert.equal(await isWritten(disable(one)), false);
    assert.equal(await isWritten(erase(one)), false);
    assert.ok(await isWritten(set(one, 'owner', 'editor')), 'other roles come and go');
  });

  test('an owner goes once there is another, and not once that one is disabled', async () => {
    assert.ok(await isWritten(set(one, 'owner'), set(two, 'owner'), disable(two)));
    assert.equal(await isWritten(set(one)), false);
    assert.ok(await isWritten({ kind: 'set-user-status', userId: two.user.id, status: 'active' }));
    assert.ok(await isWritten(set(one)));
  });

  test('where nobody owns it the last administrator stays, or becomes the owner', async () => {
    assert.ok(await isWritten(set(one, 'admin')));
    assert.equal(await isWritten(set(one, 'help-desk')), false);
    assert.equal(await isWritten(disable(one)), false);
    assert.ok(await isWritten(set(one, 'owner')));
    assert.ok(await isWritten(set(two, 'admin'), set(two)), 'and with an owner no administrator is needed');
  });

  test('people who never ruled come and go where nobody rules', async () => {
    assert.ok(await isWritten(set(one, 'editor'), set(one), disable(one)));
  });

  test('who rules another tenant does not count', async () => {
    await stage.store.pool.query(`UPDATE users SET roles = '{owner}' WHERE tenant_id = $1`, [other]);
    assert.ok(await isWritten(set(one, 'owner')));
    assert.equal(await isWritten(disable(one)), false);
    assert.ok((await rulers(other)) > 0);
  });
});

describe('of the last two who rule, at most one goes, when both are taken away at once:', () => {
  const leaves: Readonly<Record<string, (person: Person) => Change>> = {
    'by losing the role': (person) => set(person),
    'by being disabled': disable,
    'by being erased': erase,
  };
  for (const role of ['owner', 'admin'])
    for (const [how, leave] of Object.entries(leaves)) {
      test(`each ${role} ${how}`, async () => {
        for (let round = 0; round < 25; round += 1) {
          await everybodyAgain();
          assert.ok(await isWritten(set(one, role), set(two, role)));
          const gone = await Promise.all([isWritten(leave(one)), isWritten(leave(two))]);
          assert.equal(gone.filter(Boolean).length, 1, `round ${round}`);
          assert.equal(await rulers(home), 1);
        }
      });

      test(`one ${role} ${how} while the other is not gone yet`, async () => {
        assert.ok(await isWritten(set(one, role), set(two, role)));
        const first = { tenant: home, changes: [leave(one)] };
        const outcome = await whileUncommitted(stage.url, first, (url) =>
          commitAlone(url, { tenant: home, changes: [leave(two)] }),
        );
        assert.equal(outcome.isCommitted, false);
        assert.equal(await rulers(home), 1);
      });
    }

  test('and nobody waited in a circle', async () => assert.equal(await deadlocks(stage.store), 0));
});

test('who loses a role at the very moment does not act by it', async () => {
  assert.ok(await isWritten(set(one, 'owner'), set(two, 'help-desk')));
  const asker = { userId: two.user.id, roles: ['help-desk'] };
  const oneself: Change = { kind: 'expect-within-reach', of: { userId: two.user.id }, beyond: [], asker };
  assert.ok(await isWritten(oneself));
  const outcome = await whileUncommitted(stage.url, { tenant: home, changes: [set(two)] }, (url) =>
    commitAlone(url, { tenant: home, changes: [oneself] }),
  );
  assert.deepEqual(outcome, { isCommitted: false, lost: 'expect-within-reach' });
});

test('who becomes an administrator at the very moment is out of reach for who was about to act', async () => {
  assert.ok(await isWritten(set(one, 'help-desk')));
  const within: Change = {
    kind: 'expect-within-reach',
    of: { sessionId: two.session.id },
    beyond: ['owner', 'admin'],
    asker: { userId: one.user.id, roles: ['help-desk'] },
  };
  const outcome = await whileUncommitted(stage.url, { tenant: home, changes: [set(two, 'admin')] }, (url) =>
    commitAlone(url, { tenant: home, changes: [within] }),
  );
  assert.deepEqual(outcome, { isCommitted: false, lost: 'expect-within-reach' });
  assert.ok(await isWritten(set(one, 'owner'), set(two)));
  assert.ok(await isWritten({ ...within, asker: { userId: one.user.id, roles: ['owner'] } }));
  const elsewhere = await stage.store.commit({ tenant: other, changes: [within], events: [] });
  assert.deepEqual(
    elsewhere,
    { isCommitted: false, lost: 'expect-within-reach' },
    'their roles are no tenant else’s',
  );
});
