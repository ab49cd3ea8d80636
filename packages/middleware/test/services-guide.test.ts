import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../src/services/clock.ts';
import { codeIn, running } from './documented-code.ts';
import { issuer, openArgus, registerService, signedIn, until } from './link-stage.ts';

test('the example of the guide runs as it stands, and refuses who has signed out', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'argus-guide-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  // The example runs on the machine's own time, so Argus must too.
  const clock = { ...systemClock, advance: () => undefined, advanceTo: () => undefined };
  const server = stack.use(await openArgus({ clock }));
  const { serviceKey } = await registerService(server, 'notes-api');
  const file = join(folder, 'notes-api.jwk');
  writeFileSync(file, JSON.stringify(serviceKey.export({ format: 'jwk' })));
  const env = { ARGUS_ISSUER: issuer, ARGUS_URL: server.url, SERVICE_KEY_FILE: file };
  const api = stack.use(await running(await codeIn('../../docs/services.md'), env));
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
