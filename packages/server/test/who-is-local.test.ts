import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';

let server: TestServer;
let published: TestServer;
let key: string;
before(async () => {
  server = await startTestServer({ parts: { passwords: cheapPasswords } });
  published = await startTestServer({
    parts: { passwords: cheapPasswords },
    config: { issuer: 'https://login.example', origins: ['https://login.example'] },
  });
  key = (await readFile(server.operatorKeyFile, 'utf8')).trim();
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await published[Symbol.asyncDispose]();
});

/** fetch lets nobody choose the Host header. */
function statusOf(to: TestServer, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asking = request(new URL(path, to.url), { headers }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  asking.on('error', reject).end();
  return promise;
}

const proxied: Record<string, string>[] = [
  { forwarded: 'for=203.0.113.9' },
  { via: '1.1 front' },
  { 'x-forwarded-for': '203.0.113.9' },
  { 'x-forwarded-host': 'login.example' },
  { 'x-real-ip': '203.0.113.9' },
  { host: 'evil.example' },
  { host: '127.0.0.1.evil.example' },
];

for (const headers of proxied) {
  const words = JSON.stringify(headers);
  test(`metrics stay closed to a request with ${words} although its peer is loopback`, async () => {
    assert.equal(await statusOf(server, '/metrics', headers), 404);
  });
  test(`the operator key opens nothing in a request with ${words}`, async () => {
    const authorization = `Bearer ${key}`;
    assert.equal(await statusOf(server, '/admin/v1/users', { authorization, ...headers }), 401);
  });
}

test('a program on this machine reads the metrics of a server for this machine, and the operator uses the key', async () => {
  assert.equal(await statusOf(server, '/metrics'), 200);
  assert.equal(await statusOf(server, '/metrics', { host: 'localhost:8100' }), 200);
  assert.equal(await statusOf(server, '/admin/v1/users', { authorization: `Bearer ${key}` }), 200);
});

test('a published server tells its metrics for the key only, because a silent proxy on this machine looks local', async () => {
  assert.equal(await statusOf(published, '/metrics'), 404);
  const own = (await readFile(published.operatorKeyFile, 'utf8')).trim();
  assert.equal(await statusOf(published, '/metrics', { authorization: `Bearer ${own}` }), 200);
});
