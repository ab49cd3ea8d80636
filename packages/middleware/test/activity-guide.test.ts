import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AdminSession, defaultTenant } from '@argus/contract';
import { activityEventsAfter } from '@argus/store';
import { openGuide } from './guide-stage.ts';
import { operatorHeaders, signedIn, until } from './link-stage.ts';

test('the example of the guide runs as it stands, and Argus counts what it tells', async () => {
  await using stage = await openGuide('../../docs/activity.md');
  const { server, api } = stage;
  const { browser, userId, request } = await signedIn(server);
  const cookie = request().headers.get('cookie') ?? '';
  for (const path of ['/api/notes/17', '/api/notes/18', '/api/export', '/api/unread']) {
    const reply = await fetch(`http://127.0.0.1:${api.port}${path}`, { headers: { cookie } });
    assert.equal(reply.status, 200, path);
    await reply.arrayBuffer();
  }
  const headers = await operatorHeaders(server);
  const listed = async (): Promise<AdminSession> =>
    (await browser.call('adminListSessions', { headers, query: { userId } })).body.sessions[0];
  await until(async () => (await listed()).activity?.requests === 4, 'Argus was told');
  const { activity } = await listed();
  assert.deepEqual([activity?.records, activity?.actions], [250, 1]);
  const { store } = server.argus.services;
  const events = await activityEventsAfter(store.pool, defaultTenant, {
    after: 0,
    limit: 10,
  });
  assert.deepEqual(
    events
      .map(({ routeClass, requests, isPassive }) => [routeClass, requests, isPassive])
      .toSorted(([one], [another]) => String(one).localeCompare(String(another))),
    [
      ['/api/export', 1, false],
      ['/api/notes/:id', 2, false],
      ['/api/unread', 1, true],
    ],
  );
});
