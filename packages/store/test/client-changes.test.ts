import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ClientId, GrantId, Instant } from '@argus/contract';
import type { Change } from '@argus/core';
import * as asked from '@argus/store';
import { oauthCases } from './oauth-cases.ts';
import * as oauth from './oauth-stage.ts';
import { at, home, idOf, openStage, type Person, type Stage } from './stage.ts';

let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<readonly [Person, number]> {
  people += 1;
  return [await oauth.furnish(stage.store, home, people), people];
}

async function write(...changes: Change[]): Promise<void> {
  const written = await stage.store.commit({ tenant: home, changes, events: [] });
  assert.ok(written.isCommitted, JSON.stringify(written));
}

describe('a client', () => {
  const factsOf = (id: ClientId) => asked.clientById(stage.store.pool, id);
  const change = (number: number, expectedChangedAt: Instant, name: string): Change => ({
    kind: 'change-client',
    clientId: oauth.clientOf(home, number).id,
    settings: { ...oauth.clientOf(home, number).settings, name },
    expectedChangedAt,
    at,
  });

  test('that is changed twice within a millisecond is not changed by who saw it before', async () => {
    const [, number] = await someone();
    await write(change(number, at, 'first'));
    const late = await stage.store.commit({
      tenant: home,
      changes: [change(number, at, 'second')],
      events: [],
    });
    assert.deepEqual(late, { isCommitted: false, lost: 'change-client' });
    await write(change(number, at + 1, 'third'));
    const found = await factsOf(oauth.clientOf(home, number).id);
    assert.deepEqual([found?.settings.name, found?.changedAt], ['third', at + 2]);
  });

  test('that becomes public has no secret any more', async () => {
    const [, number] = await someone();
    const { id, settings } = oauth.clientOf(home, number);
    await write({
      kind: 'change-client',
      clientId: id,
      settings: { ...settings, type: 'public' },
      expectedChangedAt: at,
      at,
    });
    assert.equal((await factsOf(id))?.secretHash, null);
    const secret: Change = { kind: 'set-client-secret', clientId: id, secretHash: Buffer.alloc(32), at };
    await assert.rejects(stage.store.commit({ tenant: home, changes: [secret], events: [] }), {
      code: '23514',
    });
  });

  test('cannot bear the name under which Argus holds its own grants', async () => {
    const client = oauth.clientOf(home, 4000, { id: 'argus' as ClientId });
    const changes: Change[] = [{ kind: 'create-client', client }];
    await assert.rejects(stage.store.commit({ tenant: home, changes, events: [] }), { code: '23514' });
  });

  test('takes its codes, consents and requests along, and its ended grants stay', async () => {
    const [person, number] = await someone();
    const { pool } = stage.store;
    const clientId = oauth.clientOf(home, number).id;
    const count = async (table: string) =>
      (await pool.query(`SELECT FROM ${table} WHERE client_id = $1`, [clientId])).rowCount;
    const tables = ['authorization_codes', 'consents', 'pushed_requests', 'device_authorizations'];
    for (const table of tables) assert.ok(await count(table), table);
    await write(oauthCases['remove-client'](person, number), {
      kind: 'end-grants-of-client',
      clientId,
      reason: 'client-removed',
      at,
    });
    for (const table of tables) assert.equal(await count(table), 0, table);
    assert.equal(await count('grants'), 1);
  });
});

describe('when the grants of a client end', () => {
  /** A second person with the same client, and a grant of it for each of both. */
  async function two(): Promise<{ clientId: ClientId; first: Person; second: Person; ids: GrantId[] }> {
    const [first, number] = await someone();
    const [second] = await someone();
    const clientId = oauth.clientOf(home, number).id;
    const ids = [idOf(4, 80_000 + people) as GrantId, idOf(4, 90_000 + people) as GrantId];
    for (const [place, person] of [first, second].entries())
      await write({
        kind: 'create-grant',
        grant: { ...person.grant, id: ids[place] as GrantId, clientId }, // as many ids as people
      });
    return { clientId, first, second, ids };
  }
  const statusOf = async (grantId: GrantId | undefined) => {
    assert.ok(grantId);
    return (await stage.store.refreshFacts({ tenant: home, grantId }))?.grant.status;
  };

  test('those of every person end, and the touched ones are told', async () => {
    const { clientId, ids } = await two();
    const end: Change = { kind: 'end-grants-of-client', clientId, reason: 'client-disabled', at };
    const written = await stage.store.commit({ tenant: home, changes: [end], events: [] });
    assert.ok(written.isCommitted);
    assert.deepEqual(written.touched[0]?.toSorted(), ids.toSorted());
    for (const id of ids) assert.equal(await statusOf(id), 'ended');
  });

  test('for one person, those of others live on, and so do those of other clients', async () => {
    const { clientId, first, ids } = await two();
    await write({
      kind: 'end-grants-of-client',
      clientId,
      userId: first.user.id,
      reason: 'consent-withdrawn',
      at,
    });
    assert.equal(await statusOf(ids[0]), 'ended');
    assert.equal(await statusOf(ids[1]), 'active');
    assert.equal(await statusOf(first.grant.id), 'active');
  });

  test('what was about to become one can no longer', async () => {
    const [person, number] = await someone();
    const clientId = oauth.clientOf(home, number).id;
    await write({
      kind: 'end-grants-of-client',
      clientId,
      userId: person.user.id,
      reason: 'consent-withdrawn',
      at,
    });
    for (const kind of ['redeem-code', 'use-device-authorization'] as const) {
      const changes = [oauthCases[kind](person, number)];
      assert.deepEqual(await stage.store.commit({ tenant: home, changes, events: [] }), {
        isCommitted: false,
        lost: kind,
      });
    }
  });

  test('a code that was redeemed is kept, so that its replay is still noticed', async () => {
    const [person, number] = await someone();
    const { codeHash, clientId } = oauth.codeOf(person, number);
    await write(oauthCases['redeem-code'](person, number));
    await write({ kind: 'end-grants-of-client', clientId, reason: 'client-disabled', at });
    assert.ok((await stage.store.codeFacts({ tenant: home, codeHash }))?.code.consumedAt);
  });
});
