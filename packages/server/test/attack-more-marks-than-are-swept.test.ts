import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetWhatExpired } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { openStage } from './stage.ts';

let server: TestServer;

before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

// A key costs nothing, so whoever names a public client can leave a mark with each request, hundreds in a second.
test('a minute of proofs at full speed is swept away in one run', async () => {
  const { services } = server.argus;
  const perMinute = 60 * 500;
  await services.store.pool.query(
    `INSERT INTO marks (tenant_id, use, hash, expires_at)
     SELECT 'default', 'dpop', sha256(n::text::bytea), to_timestamp(0) FROM generate_series(1, $1) n`,
    [perMinute],
  );
  assert.equal(await forgetWhatExpired(services), perMinute);
  const { rowCount } = await services.store.pool.query('SELECT FROM marks');
  assert.equal(rowCount, 0);
});
