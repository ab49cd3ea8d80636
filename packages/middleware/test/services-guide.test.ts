import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openGuide } from './guide-stage.ts';
import { signedIn, until } from './link-stage.ts';

test('the example of the guide runs as it stands, and refuses who has signed out', async () => {
  await using stage = await openGuide('../../docs/services.md');
  const { server, api } = stage;
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${api.port}${path}`, { headers });
  const health = async () => (await (await ask('/health')).json()) as { feed: string };
  await until(async () => (await health()).feed === 'live', 'the feed is live');
  const { browser, userId, request } = await signedIn(server);
  const cookie = request().headers.get('cookie') ?? '';
  assert.deepEqual(await (await ask('/api/me', { cookie })).json(), { userId });
  await browser.call('endSession');
  await until(async () => (await ask('/api/me', { cookie })).status === 401, 'the API refuses it');
});
