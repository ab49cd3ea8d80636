import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@argus/testing/database';
import { lives, type Serving, serve, temporaryFolder } from './processes.ts';

const body = JSON.stringify({ identifier: 'nobody@example.org', password: 'correct horse battery staple' });

interface Begun {
  /** Send the rest and read the status. */
  finish(): Promise<number | undefined>;
  readonly broken: Promise<NodeJS.ErrnoException>;
}

/** A sign-in whose head the server has read and whose body it waits for. */
async function beginSignIn(server: Serving): Promise<Begun> {
  const call: ClientRequest = request(new URL('/api/sign-in', server.url), {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'sec-fetch-site': 'same-origin',
      expect: '100-continue',
    },
  });
  const answer = new Promise<IncomingMessage>((resolve) => call.once('response', resolve));
  const broken = new Promise<NodeJS.ErrnoException>((resolve) => call.once('error', resolve));
  await new Promise<void>((resolve) => {
    call.once('continue', resolve);
    call.flushHeaders();
  });
  return {
    broken,
    async finish() {
      call.end(body);
      const response = await answer;
      response.resume();
      return response.statusCode;
    },
  };
}

/** Resolves once a new call is refused; the note of the signal comes a moment before the door shuts. */
async function takesNoOther(server: Serving): Promise<void> {
  const call = () =>
    fetch(new URL('/health/live', server.url)).then(
      () => true,
      () => false,
    );
  while (await call());
}

/** Reads the process numbers of workers from the log, in the order in which they were ready. */
async function readyWorkers(server: Serving, count: number): Promise<number[]> {
  const line = '"worker":(\\d+),"msg":"a worker is ready"';
  const found = await server.written(new RegExp(Array.from({ length: count }, () => line).join('[\\s\\S]*')));
  return found.slice(1).map(Number);
}

const withWorkers = { ARGUS_LOG_LEVEL: 'debug' };

/** Lets a test raise a fault that nobody catches, at a moment of its choice. */
const faulty = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    "process.on('SIGUSR2', () => { Promise.reject(new Error('raised by the test')); });",
  )}`,
};

describe('a server', () => {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  let database: TestDatabase;
  let server: Serving;

  before(async () => {
    database = await testDatabase();
  });
  afterEach(() => server[Symbol.asyncDispose]());
  after(async () => {
    await database[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  const start = async (args: string[], env = {}) => {
    server = await serve({ dataDir, args, env: { DATABASE_URL: database.url, ...env } });
  };

  test('that is told to stop finishes the request in flight, takes no other, and ends with 0', async () => {
    await start([]);
    const begun = await beginSignIn(server);
    server.child.kill('SIGTERM');
    await server.written(/SIGTERM: finishing what is in flight/);
    await takesNoOther(server);
    assert.equal(await begun.finish(), 401);
    assert.equal((await server.ended).code, 0);
    assert.ok(!existsSync(join(dataDir, 'server.json')));
  });

  test('takes stop signals that come together for one, and a later one as haste', async () => {
    await start([]);
    const begun = await beginSignIn(server);
    // Ctrl-C reaches npm and its child, and npm passes its own on.
    server.child.kill('SIGINT');
    server.child.kill('SIGINT');
    await server.written(/SIGINT: finishing what is in flight/);
    const again = setInterval(() => server.child.kill('SIGINT'), 100);
    const { code } = await server.ended;
    clearInterval(again);
    assert.equal(code, 1);
    await begun.broken;
  });

  test('with a fault that nobody caught says what it was, closes all and ends with 1', async () => {
    await start([], faulty);
    process.kill(server.pid, 'SIGUSR2');
    const { code, err } = await server.ended;
    assert.equal(code, 1);
    assert.match(err, /^argus: a fault nobody caught; stopping\. Error: raised by the test$/m);
    assert.ok(!existsSync(join(dataDir, 'server.json')));
  });

  test('with workers, when told to stop, finishes what is in flight in each, and leaves none behind', async () => {
    await start(['--workers', '2'], withWorkers);
    const workers = await readyWorkers(server, 2);
    assert.ok(workers.every((pid) => pid !== server.pid && lives(pid)));
    const begun = [await beginSignIn(server), await beginSignIn(server)];
    server.child.kill('SIGTERM');
    await server.written(/SIGTERM: finishing what is in flight/);
    for (const each of begun) assert.equal(await each.finish(), 401);
    assert.equal((await server.ended).code, 0);
    assert.deepEqual(workers.filter(lives), []);
  });

  test('with workers replaces one that is killed, and goes on answering', async () => {
    await start(['--workers', '2'], withWorkers);
    const [killed = 0] = await readyWorkers(server, 2);
    process.kill(killed, 'SIGKILL');
    const later = await readyWorkers(server, 3);
    assert.equal(new Set(later).size, 3);
    assert.equal((await fetch(new URL('/health/ready', server.url))).status, 200);
  });
});
