import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Change, type ImportCounts, mostRefusedRows } from '@argus/core';
import * as asked from '@argus/store';
import { furnish, passkeyOf } from './authenticator-stage.ts';
import { importCases } from './import-cases.ts';
import { arrivingOf, newcomerOf, runningOf } from './import-stage.ts';
import { at, home, openStage, other, type Person, type Stage } from './stage.ts';

let stage: Stage;
let person: Person;
let number = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<Person> {
  number += 1;
  person = await furnish(stage.store, home, number);
  return person;
}
const commit = async (...changes: Change[]) =>
  (await stage.store.commit({ tenant: home, changes, events: [] })).isCommitted;
const rows = async (table: string) => (await stage.store.pool.query(`SELECT * FROM ${table}`)).rowCount ?? 0;

describe('newcomers', () => {
  test('come with their password, their codes and their passkeys as they were given', async () => {
    const { store } = stage;
    const newcomer = newcomerOf(await someone(), number);
    assert.ok(await commit(importCases['create-newcomers'](person, number)));
    const record = await asked.signInFacts(store.pool, home, {
      email: newcomer.user.email,
      secretHash: null,
    });
    assert.deepEqual(record?.user, newcomer.user);
    assert.equal(record?.phc, newcomer.phc);
    assert.deepEqual(await asked.totpOfUser(store.pool, home, newcomer.user.id), newcomer.totp);
    for (const passkey of newcomer.passkeys)
      assert.deepEqual(await asked.passkeyByCredential(store.pool, home, passkey.credentialId), passkey);
  });

  test('are not taken for unused because they are old', async () => {
    const newcomer = newcomerOf(await someone(), number);
    const user = { ...newcomer.user, createdAt: at - 400 * 86_400_000 };
    const change = { ...importCases['create-newcomers'](person, number), newcomers: [{ ...newcomer, user }] };
    assert.ok(await commit(change));
    const ask = { since: at - 35 * 86_400_000, after: null, limit: 100 };
    assert.deepEqual(await asked.idleUsers(stage.store.pool, home, ask), []);
  });

  test('of ten commits at once with one address among others, each makes all of its own or none', async () => {
    await someone();
    const works = Array.from({ length: 10 }, (_, place) => {
      const [own, shared] = [newcomerOf(person, 1_000 + place), newcomerOf(person, 2_000 + place)];
      const user = { ...shared.user, email: 'everybody@example.org' };
      return {
        own,
        change: { ...importCases['create-newcomers'](person, 1), newcomers: [own, { ...shared, user }] },
      };
    });
    const outcomes = await Promise.all(works.map(({ change }) => commit(change)));
    assert.equal(outcomes.filter((isCommitted) => isCommitted).length, 1);
    for (const [place, { own }] of works.entries()) {
      const facts = { email: own.user.email, secretHash: null };
      assert.equal((await asked.signInFacts(stage.store.pool, home, facts)) !== null, outcomes[place]);
    }
  });

  test('a suspended tenant takes nobody', async () => {
    await furnish(stage.store, other, 1);
    await stage.store.commit({ tenant: other, changes: [{ kind: 'suspend-tenant', at }], events: [] });
    const { isCommitted } = await stage.store.commit({
      tenant: other,
      changes: [importCases['create-newcomers'](person, 1)],
      events: [],
    });
    assert.equal(isCommitted, false);
  });

  test('what is taken is told: addresses, also those that somebody may take back, and credentials', async () => {
    await someone();
    const found = await asked.takenByOthers(stage.store.pool, home, {
      emails: ['free@example.org', person.user.email],
      credentialIds: [passkeyOf(person, number).credentialId, Buffer.from('free')],
      now: at,
    });
    assert.deepEqual([...found.emails], [person.user.email]);
    assert.deepEqual(
      [...found.credentials],
      [Buffer.from(passkeyOf(person, number).credentialId).toString('hex')],
    );
  });
});

describe('an import', () => {
  const moved = (
    counts: Partial<ImportCounts>,
    offset: number,
  ): Extract<Change, { kind: 'advance-import' }> => ({
    ...importCases['advance-import'](person, number),
    to: { rows: 1, created: 0, skipped: 0, refused: 1, ...counts },
    place: { offset, state: null },
    refused: [],
    end: null,
  });

  test('forgets what was read, and no byte more', async () => {
    await someone();
    const { id: importId } = runningOf(person, number);
    const piece = () => asked.importPiece(stage.store.pool, home, { importId, offset: 9 });
    assert.ok(await commit(moved({}, 9)));
    assert.equal((await piece())?.beginsAt, 0);
    assert.ok(await commit(moved({}, 10)));
    assert.equal(await piece(), null);
  });

  test('keeps as many refused rows as may be, and counts the rest', async () => {
    await someone();
    const { id: importId } = runningOf(person, number);
    const before = await rows('import_refusals');
    const full = { ...moved({ rows: mostRefusedRows - 1, refused: mostRefusedRows - 1 }, 1) };
    assert.ok(await commit(full));
    const three = [1, 2, 3].map((place) => ({
      row: mostRefusedRows + place,
      path: '',
      reason: 'is not JSON',
    }));
    const counts = { rows: mostRefusedRows + 2, refused: mostRefusedRows + 2 };
    assert.ok(await commit({ ...moved(counts, 2), from: mostRefusedRows - 1, refused: three }));
    assert.equal((await rows('import_refusals')) - before, 1);
    assert.equal((await asked.importById(stage.store.pool, home, importId))?.counts.refused, counts.refused);
  });

  test('is taken by one of many who ask, and again when its lease is over', async () => {
    await someone();
    const { pool } = stage.store;
    await pool.query("UPDATE imports SET due_at = due_at + interval '1 year'");
    assert.ok(await commit({ ...moved({}, 1), dueAt: at }));
    const take = (now: number) => asked.takeImport(pool, { now, leaseMs: 10_000 });
    const taken = await Promise.all(Array.from({ length: 8 }, () => take(at)));
    assert.deepEqual(
      taken.flatMap((each) => (each ? [each.id] : [])),
      [runningOf(person, number).id],
    );
    assert.equal(await take(at + 9_999), null);
    assert.equal((await take(at + 10_000))?.id, runningOf(person, number).id);
  });

  test('that has ended keeps nothing of its file, and is forgotten after a while; others stay', async () => {
    await someone();
    const { pool } = stage.store;
    const [pieces, refusals, imports] = [
      await rows('import_pieces'),
      await rows('import_refusals'),
      await rows('imports'),
    ];
    assert.ok(await commit(importCases['end-import'](person, number)));
    assert.equal(await asked.forgetImports(pool, { endedBefore: at, limit: 100 }), 1);
    assert.deepEqual([await rows('import_pieces'), await rows('imports')], [pieces - 1, imports]);
    assert.equal(await asked.forgetImports(pool, { endedBefore: at + 1001, limit: 100 }), 2);
    assert.deepEqual([await rows('import_refusals'), await rows('imports')], [refusals - 1, imports - 1]);
    assert.ok(await asked.importById(pool, home, arrivingOf(person, number).id));
  });
});
