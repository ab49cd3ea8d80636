import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { linkTo, openArgus, registerService, signedIn, until, untilLive } from './link-stage.ts';

test('a hundred thousand ends reach whoever comes new, and what ends meanwhile, too', async () => {
  await using server = await openArgus();
  const { pool } = server.argus.services.store;
  const exp = Math.floor(server.clock.now() / 1000) + 300;
  // As they lie in the database; only a snapshot reads them, which signs anew.
  await pool.query(
    `WITH grown AS (UPDATE feeds SET head = head + 100000 WHERE tenant_id = 'default' RETURNING head - 100000 AS head)
     INSERT INTO feed_events (tenant_id, seq, event, token, expires_at)
     SELECT 'default', grown.head + n,
       jsonb_build_object('type', 'session-ended', 'sid', 'session ' || n, 'exp', $1::int, 'reason', 'x'), 'a token', now()
     FROM grown, generate_series(1, 100000) n`,
    [exp],
  );
  const service = await registerService(server, 'late-api');
  await using argus = linkTo(server, service);
  const { browser } = await signedIn(server);
  await browser.call('endSession');
  await untilLive(argus);
  const { entries, bytes } = argus.state().revocations;
  assert.ok(entries >= 100_001, `${entries} ends`);
  assert.ok(bytes <= 100 * entries, `${bytes / entries} bytes for each`);
});

test('an Argus that cannot tell what ended is not heard at all', async () => {
  await using server = await openArgus({ config: { logLevel: 'silent' } });
  await using argus = linkTo(server, await registerService(server, 'notes-api'));
  await untilLive(argus);
  const { pool } = server.argus.services.store;
  await pool.query('ALTER TABLE feed_events ADD CONSTRAINT nothing CHECK (seq < 0) NOT VALID');
  const { browser } = await signedIn(server);
  await browser.call('endSession');
  await until(async () => {
    server.clock.advance(3_500);
    await pass(1_200);
    return argus.state().feed === 'stale';
  }, 'the feed is stale');
  await pool.query('ALTER TABLE feed_events DROP CONSTRAINT nothing');
  await untilLive(argus);
  assert.ok(argus.state().revocations.entries > 0);
});
