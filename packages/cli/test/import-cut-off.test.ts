import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ImportAnswer } from '@argus/contract';
import { openStore, type Store } from '@argus/store';
import { testDatabase } from '@argus/testing/database';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const people = Number(process.env.ARGUS_IMPORT_PEOPLE ?? 5_000);
const emailOf = (number: number) => `cut-off-${number}@example.org`;

const stack = new AsyncDisposableStack();
const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
const dataDir = join(folder.path, 'data');
const file = join(folder.path, 'people.jsonl');
let store: Store;
let serving: () => Promise<Serving>;
before(async () => {
  const { url } = stack.use(await testDatabase());
  store = stack.use(openStore({ url }));
  serving = () => serve({ dataDir, env: { DATABASE_URL: url } });
  const passwordHash = `$2b$12$${'abcdefghijklmnopqrstuv'}${'ABCDEFGHIJKLMNOPQRSTUVWXYZ01234'}`;
  const lines = Array.from({ length: people }, (_, at) =>
    JSON.stringify({ email: emailOf(at), name: `Person ${at}`, roles: ['reader'], passwordHash }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
});
after(() => stack.disposeAsync());

interface Progress {
  readonly id: string;
  readonly state: string;
  readonly bytes: number;
  readonly rows: number;
}

/** Look into the database until the import is where it shall be. */
async function progressWhen(isThere: (progress: Progress) => boolean): Promise<Progress> {
  for (;;) {
    const { rows } = await store.pool.query<Progress>(
      'SELECT id, state, bytes, row_count AS rows FROM imports',
    );
    const [progress] = rows;
    if (progress && isThere(progress)) return progress;
  }
}

/** Let an import run, and kill the server without a word when it is there. */
async function cutOff(
  args: readonly string[],
  isThere: (progress: Progress) => boolean,
): Promise<{ readonly progress: Progress; readonly said: string }> {
  await using server = await serving();
  const running = argus(['users', 'import', file, ...args, '--data', dataDir]);
  const progress = await progressWhen(isThere);
  process.kill(server.pid, 'SIGKILL');
  const { code, err } = await running;
  assert.equal(code, 1, err);
  await server.ended;
  return { progress, said: err };
}

test('kill -9 while a file arrives and while its people are created: it goes on, and everybody is created exactly once', async (t) => {
  const arriving = await cutOff(
    ['--format', 'json'],
    ({ state, bytes }) => state === 'receiving' && bytes > 100_000,
  );
  const { id } = arriving.progress;
  assert.ok(arriving.said.includes(`--resume ${id}`));
  const running = await cutOff(['--resume', id], ({ rows }) => rows >= 250);
  assert.ok(running.progress.rows < people, 'the cut came after the end');
  await using server = await serving();
  assert.ok(server.pid > 0);
  const done = await argusJson<ImportAnswer>(['users', 'import', file, '--resume', id, '--data', dataDir]);
  assert.deepEqual([done.state, done.created, done.skipped, done.refused], ['finished', people, 0, 0]);
  const { rows } = await store.pool.query(`
    SELECT count(*) AS users, count(DISTINCT u.email) AS addresses, count(p.phc) AS passwords,
      (SELECT count(*) FROM audit_events a WHERE a.type = 'user.created' AND a.reason = 'import') AS told,
      (SELECT count(DISTINCT a.user_id) FROM audit_events a WHERE a.reason = 'import') AS told_of
    FROM users u LEFT JOIN passwords p ON p.user_id = u.id WHERE u.email LIKE 'cut-off-%'`);
  assert.deepEqual(rows[0], {
    users: people,
    addresses: people,
    passwords: people,
    told: people,
    told_of: people,
  });
  t.diagnostic(
    `${people} people; cut at ${arriving.progress.bytes} bytes and at ${running.progress.rows} rows; ` +
      `${done.rowsPerSecond} rows a second with the time between two servers`,
  );
});
