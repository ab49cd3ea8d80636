import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testDatabase } from '@argus/testing/database';
import { argus } from './commands.ts';
import { serve, temporaryFolder } from './processes.ts';

test('on this machine a mail becomes a file, and its link a line beside the log', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
  const { url } = stack.use(await testDatabase());
  const dataDir = join(folder.path, 'data');
  const server = stack.use(await serve({ dataDir, args: ['--workers', '2'], env: { DATABASE_URL: url } }));
  const { code, out } = await argus(['users', 'invite', 'ada@example.org', '--json', '--data', dataDir]);
  assert.equal(code, 0);
  const [, link, file = ''] = await server.written(
    /^Mail invitation to ada@example\.org: (\S+) \((.+\.eml)\)$/m,
  );
  assert.equal(link, JSON.parse(out).link);
  assert.deepEqual(
    readdirSync(join(dataDir, 'mail')).map((name) => join(dataDir, 'mail', name)),
    [file],
  );
});
