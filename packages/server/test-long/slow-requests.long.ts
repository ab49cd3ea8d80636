import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { exactly, openStage } from '../test/stage.ts';

/** Node looks for slow requests every thirty seconds; headers have fifteen to arrive, a request thirty. */
const patienceMs = 75_000;

/** Send these bytes, then one more every second, until the server has enough of it. */
function drip({ url }: TestServer, bytes: string, one: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
  let answer = '';
  const dripping = setInterval(() => socket.write(one), 1000);
  const impatient = setTimeout(() => socket.destroy(new Error('the server waits for ever')), patienceMs);
  socket.on('data', (part) => {
    answer += part.toString('latin1');
  });
  socket.on(
    'error',
    (error: NodeJS.ErrnoException) => error.code !== 'EPIPE' && error.code !== 'ECONNRESET' && reject(error),
  );
  socket.on('close', () => {
    clearInterval(dripping);
    clearTimeout(impatient);
    resolve(answer);
  });
  return promise;
}

test('requests that come a byte a second are given up, and nobody else waits for them', async () => {
  await using server = await openStage();
  const head = 'POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\n';
  const slow = [
    ...Array.from({ length: 20 }, () => drip(server, head, 'X')),
    ...Array.from({ length: 20 }, () => drip(server, `${head}Content-Length: 5000\r\n\r\n`, 'x')),
  ];
  assert.equal((await exactly(server, { method: 'GET', path: '/health/live' })).status, 200);
  for (const answer of await Promise.all(slow)) assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*problem\+json/);
});
