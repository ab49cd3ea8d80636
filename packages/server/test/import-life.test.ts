import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ImportAnswer } from '@argus/contract';
import { runImports } from '@argus/server';
import { takeImport } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { importLeaseMs, runImport } from '../src/import/run-import.ts';
import { type Operator, operatorOf, told } from './admin-stage.ts';
import {
  countsOf,
  importFile,
  lines,
  someone as personAt,
  refusedOf,
  sendFile,
  showImport,
} from './import-stage.ts';
import { administrator, openStage, type Person, someone, someoneWith } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openStage();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

const run = () => runImports(server.argus.services);
const crowd = (from: number, count: number) => Array.from({ length: count }, (_, at) => personAt(from + at));

async function addressesLike(pattern: string, tenant = 'default'): Promise<string[]> {
  const { rows } = await server.argus.services.store.pool.query<{ email: string }>(
    'SELECT email FROM users WHERE tenant_id = $1 AND email LIKE $2 ORDER BY id',
    [tenant, pattern],
  );
  return rows.map(({ email }) => email);
}

async function held(table: 'import_pieces' | 'import_refusals' | 'imports'): Promise<number> {
  const { rows } = await server.argus.services.store.pool.query(`SELECT count(*) AS n FROM ${table}`);
  return rows[0].n;
}

describe('roles of administration', () => {
  const owner = (number: number) => lines([personAt(number, { roles: ['owner'] })]);

  test('are given where the operator says so', async () => {
    const { done } = await importFile(server, operator, {
      format: 'json',
      file: owner(20),
      withAdministrators: true,
    });
    assert.equal(done.created, 1);
  });

  test('reach no further than those of whoever began it, at the moment of each row', async () => {
    const { browser, userId } = await administrator(server);
    const asked: Operator = (name, sending) => browser.call(name, sending);
    const file = lines([
      personAt(21, { roles: ['owner'] }),
      personAt(22, { roles: ['admin'] }),
      personAt(23, { roles: ['editor'] }),
    ]);
    const { done, refused } = await importFile(server, asked, {
      format: 'json',
      file,
      withAdministrators: true,
    });
    assert.deepEqual([done.created, done.startedBy], [2, `administrator:${userId}`]);
    assert.deepEqual(refused, [
      { row: 1, path: 'roles', reason: 'gives more than who began the import may give (own-tenant)' },
    ]);
    const { id } = await sendFile(asked, { format: 'json', file: lines([personAt(24)]) });
    await server.argus.services.store.pool.query("UPDATE users SET roles = '{help-desk}' WHERE id = $1", [
      userId,
    ]);
    await run();
    const failed = await showImport(operator, id);
    assert.deepEqual([failed.state, failed.failure], ['failed', 'Whoever began it may not go on.']);
    assert.deepEqual(await addressesLike('imported-24@%'), []);
  });

  test('are not put into an import by anybody but whoever began it', async () => {
    const { browser } = await administrator(server);
    const body = { name: 'people', format: 'json', withAdministrators: true };
    const { id } = (await operator('adminStartImport', { body })).body;
    const data = Buffer.from(owner(25)).toString('base64');
    const slipped = { params: { id }, body: { offset: 0, data, isLast: true } };
    assert.equal((await browser.call('adminReceiveImport', slipped)).status, 409);
    await run();
    assert.equal((await showImport(operator, id)).state, 'receiving');
    assert.deepEqual(await addressesLike('imported-25@%'), []);
    await operator('adminCancelImport', { params: { id } });
  });

  test('a person without the permission begins none', async () => {
    const { browser } = await someone(server);
    const body = { format: 'json', name: 'people' };
    assert.equal((await browser.call('adminStartImport', { body })).status, 403);
  });
});

describe('an upload', () => {
  test('goes on where it broke off, and no piece counts twice', async () => {
    const bytes = Buffer.from(lines(crowd(100, 30)));
    const started = await operator('adminStartImport', { body: { name: 'people', format: 'json' } });
    const { id } = started.body as ImportAnswer; // the contract's own answer
    const send = (offset: number, end: number, isLast = false) =>
      operator('adminReceiveImport', {
        params: { id },
        body: { offset, data: bytes.subarray(offset, end).toString('base64'), isLast },
      });
    assert.equal((await send(0, 100)).body.bytes, 100);
    assert.equal((await send(0, 100)).status, 409);
    assert.equal((await send(200, 300)).status, 409);
    assert.equal((await showImport(operator, id)).bytes, 100);
    assert.equal((await send(100, bytes.length, true)).body.state, 'running');
    assert.equal((await send(bytes.length, bytes.length, true)).status, 409);
    await run();
    assert.equal((await showImport(operator, id)).created, 30);
  });

  test('is kept encrypted, and nothing of it is left when it is over', async () => {
    const totpSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    const { pool } = server.argus.services.store;
    const { id } = await sendFile(operator, { format: 'json', file: lines([personAt(140, { totpSecret })]) });
    const { rows } = await pool.query('SELECT sealed FROM import_pieces WHERE import_id = $1', [id]);
    assert.equal(rows.length, 1);
    assert.ok(!rows[0].sealed.includes(totpSecret) && !rows[0].sealed.includes('imported-140'));
    await run();
    assert.equal(await held('import_pieces'), 0);
    const { rows: totps } = await pool.query('SELECT sealed_secret FROM totps');
    for (const { sealed_secret } of totps) assert.ok(!sealed_secret.includes(totpSecret));
  });

  test('of which nothing more comes for a day is given up', async () => {
    const started = await operator('adminStartImport', { body: { name: 'people', format: 'json' } });
    const { id } = started.body as ImportAnswer; // the contract's own answer
    const data = Buffer.from('{"email":').toString('base64');
    await operator('adminReceiveImport', { params: { id }, body: { offset: 0, data } });
    server.clock.advance(86_400_000 - 1);
    await run();
    assert.equal((await showImport(operator, id)).state, 'receiving');
    server.clock.advance(1);
    await run();
    const { state, failure } = await showImport(operator, id);
    assert.deepEqual([state, failure], ['failed', 'Nothing more of the file came.']);
    assert.equal(await held('import_pieces'), 0);
  });

  test('is one of five at once, and too large a piece is refused', async () => {
    const begin = () => operator('adminStartImport', { body: { name: 'people', format: 'csv' } }, 'other');
    const begun = await Promise.all(Array.from({ length: 8 }, begin));
    assert.equal(begun.filter(({ status }) => status === 201).length, 5);
    assert.equal(begun.filter(({ status }) => status === 409).length, 3);
    const ids = begun.flatMap(({ status, body }) => (status === 201 ? [body.id as string] : []));
    for (const id of ids) await operator('adminCancelImport', { params: { id } }, 'other');
    assert.equal((await begin()).status, 201);
    const data = Buffer.alloc(45_001).toString('base64');
    const [id = ''] = ids;
    const large = await operator(
      'adminReceiveImport',
      { params: { id }, body: { offset: 0, data } },
      'other',
    );
    assert.equal(large.status, 400);
    const far = { offset: 4 * 1024 ** 3, data: 'AAAA' };
    assert.equal((await operator('adminReceiveImport', { params: { id }, body: far }, 'other')).status, 413);
  });
});

describe('an import is cancelled', () => {
  const asking =
    ({ browser }: Person): Operator =>
    (name, sending) =>
      browser.call(name, sending);
  const begin = async (as: Operator): Promise<string> =>
    (await as('adminStartImport', { body: { name: 'people', format: 'json' } })).body.id;

  test('by whoever began it', async () => {
    const starter = asking(await administrator(server));
    const id = await begin(starter);
    const { status, body } = await starter('adminCancelImport', { params: { id } });
    assert.deepEqual([status, body.state], [200, 'cancelled']);
  });

  test('by no other administrator, and the log hears of it', async () => {
    const other = await administrator(server);
    for (const id of [await begin(asking(await administrator(server))), await begin(operator)]) {
      const { status, body } = await asking(other)('adminCancelImport', { params: { id } });
      assert.deepEqual([status, body.permission], [403, 'own-tenant']);
      assert.equal((await showImport(operator, id)).state, 'receiving');
      const [refused] = await told(operator, 'administration.refused');
      assert.deepEqual([refused.userId, refused.details.importId], [other.userId, id]);
      await operator('adminCancelImport', { params: { id } });
    }
  });

  test('by an owner and by the operator', async () => {
    const owner = asking(await someoneWith(server, ['owner']));
    for (const as of [owner, operator]) {
      const id = await begin(asking(await administrator(server)));
      const { status, body } = await as('adminCancelImport', { params: { id } });
      assert.deepEqual([status, body.state], [200, 'cancelled']);
    }
  });
});

describe('an import that is cut off', () => {
  const crowdOf = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => ({ email: `${name}-${at}@example.org`, roles: ['editor'] }));

  test('goes on behind its last commit, and everybody is created once, in the order of the file', async () => {
    const people = crowdOf('cut', 1_700);
    const { services } = server.argus;
    const { id } = await sendFile(operator, { format: 'json', file: JSON.stringify(people) });
    for (let batches = 1; ; batches += 1) {
      const taken = await takeImport(services.store.pool, {
        now: services.clock.now(),
        leaseMs: importLeaseMs,
      });
      if (!taken) break;
      // Whoever had it is gone after this one batch, without a word.
      await runImport(services, taken, () => true);
      const { rows, created, state } = await showImport(operator, id);
      assert.deepEqual([rows, created], [Math.min(1_700, 250 * batches), rows]);
      if (state === 'finished') break;
    }
    assert.deepEqual(
      await addressesLike('cut-%'),
      people.map(({ email }) => email),
    );
  });

  test('is worked at by one at a time, and two who do so all the same create nobody twice', async () => {
    const people = crowdOf('twice', 1_200);
    const { services } = server.argus;
    const { id } = await sendFile(operator, { format: 'json', file: JSON.stringify(people) });
    const taken = await takeImport(services.store.pool, {
      now: services.clock.now(),
      leaseMs: importLeaseMs,
    });
    assert.ok(taken);
    await Promise.all([1, 2, 3].map(() => runImport(services, taken, () => false)));
    const done = await showImport(operator, id);
    assert.deepEqual(countsOf(done), {
      state: 'finished',
      rows: 1_200,
      created: 1_200,
      skipped: 0,
      refused: 0,
    });
    assert.deepEqual(
      await addressesLike('twice-%'),
      people.map(({ email }) => email),
    );
  });

  test('two files with the same people at once make one account of each', async () => {
    const people = crowdOf('both', 600);
    const { services } = server.argus;
    const ids = [];
    for (const list of [people, people.toReversed()])
      ids.push((await sendFile(operator, { format: 'json', file: JSON.stringify(list) })).id);
    await Promise.all([runImports(services), runImports(services)]);
    const both = await Promise.all(ids.map((id) => showImport(operator, id)));
    assert.deepEqual(
      both.map(({ state }) => state),
      ['finished', 'finished'],
    );
    assert.equal(
      both.reduce((sum, { created }) => sum + created, 0),
      600,
    );
    assert.equal(
      both.reduce((sum, { skipped }) => sum + skipped, 0),
      600,
    );
    assert.equal((await addressesLike('both-%')).length, 600);
  });

  test('tells how far it is and how fast it goes', async () => {
    const { services } = server.argus;
    const file = lines(crowdOf('fast', 500));
    const { id } = await sendFile(operator, { format: 'json', file });
    assert.equal((await showImport(operator, id)).rowsPerSecond, null);
    server.clock.advance(2_000);
    const taken = await takeImport(services.store.pool, {
      now: services.clock.now(),
      leaseMs: importLeaseMs,
    });
    assert.ok(taken);
    await runImport(services, taken, () => true);
    const half = await showImport(operator, id);
    assert.deepEqual(
      [half.state, half.rows, half.rowsPerSecond, half.bytes],
      ['running', 250, 125, file.length],
    );
    assert.ok(half.bytesRead > 0.4 * file.length && half.bytesRead < 0.6 * file.length);
    await run();
    const whole = await showImport(operator, id);
    assert.deepEqual([whole.state, whole.bytesRead, whole.rowsPerSecond], ['finished', file.length, 250]);
  });

  test('by an operator keeps who came until then, and forgets the rest', async () => {
    const { services } = server.argus;
    const { id } = await sendFile(operator, { format: 'json', file: lines(crowdOf('cancelled', 600)) });
    const taken = await takeImport(services.store.pool, {
      now: services.clock.now(),
      leaseMs: importLeaseMs,
    });
    assert.ok(taken);
    await runImport(services, taken, () => true);
    const { status, body } = await operator('adminCancelImport', { params: { id } });
    assert.deepEqual([status, body.state, body.created], [200, 'cancelled', 250]);
    await run();
    assert.equal((await addressesLike('cancelled-%')).length, 250);
    assert.equal(await held('import_pieces'), 0);
    assert.equal((await operator('adminCancelImport', { params: { id } })).status, 409);
    const [ended] = await told(operator, 'import.ended');
    assert.deepEqual([ended.reason, ended.actor, ended.details.created], ['cancelled', 'operator', 250]);
  });

  test('because its file cannot be read any further keeps who came until then, and says why', async () => {
    const file = `[${JSON.stringify(personAt(700))},${JSON.stringify(personAt(701))}`;
    const { done } = await importFile(server, operator, { format: 'json', file });
    assert.deepEqual(
      [done.state, done.created, done.failure],
      ['failed', 2, 'The file ends before its list does.'],
    );
    const [ended] = await told(operator, 'import.ended');
    assert.deepEqual([ended.reason, ended.details.importId, ended.details.created], ['failed', done.id, 2]);
  });
});

describe('another tenant', () => {
  test('has imports of its own, and its people may have the same addresses', async () => {
    const people = [personAt(800), personAt(801)];
    const mine = await importFile(server, operator, { format: 'json', file: lines(people) });
    const theirs = await sendFile(
      operator,
      { format: 'json', file: lines([...people, {}]) },
      { tenant: 'other' },
    );
    await run();
    const done = await showImport(operator, theirs.id, 'other');
    assert.deepEqual([mine.done.created, done.created, done.refused], [2, 2, 1]);
    const asked = { params: { id: theirs.id } };
    for (const name of ['adminShowImport', 'adminListRefusedRows', 'adminCancelImport'] as const)
      assert.equal((await operator(name, asked)).status, 404);
    const body = { offset: 0, data: 'AAAA' };
    assert.equal((await operator('adminReceiveImport', { ...asked, body })).status, 404);
    const { imports } = (await operator('adminListImports', { query: { limit: '100' } })).body;
    assert.ok(!imports.some(({ id }: ImportAnswer) => id === theirs.id));
    assert.equal((await refusedOf(operator, theirs.id, 'other')).length, 1);
    assert.equal(
      (await operator('adminStartImport', { body: { name: 'x', format: 'csv' } }, 'nowhere')).status,
      404,
    );
  });
});

test('an import is forgotten thirty days after its end', async () => {
  await importFile(server, operator, { format: 'json', file: lines([{}]) });
  server.clock.advance(30 * 86_400_000 + 1);
  await run();
  await run();
  assert.deepEqual([await held('import_refusals'), await held('import_pieces')], [0, 0]);
});
