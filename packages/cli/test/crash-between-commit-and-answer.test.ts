import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const env = { ARGUS_ISSUER: 'http://localhost:8100' };
const password = 'correct horse battery staple';
const rounds = Number(process.env.ARGUS_CRASH_ROUNDS ?? 2);
const refreshToken = (browser: UserAgent) => browser.cookies.get('__Host-argus_refresh');
const refresh = (browser: UserAgent) => browser.call('refreshSession', { body: { idleSeconds: 0 } });

test('kill -9 between commit and answer: the browser recovers the very token that was lost, or is signed out; nothing forks', async (t) => {
  using folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  let recovered = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { jar, sessionId } = await loseAnswer(dataDir, round);
    await using server = await serve({ dataDir, env });
    const [browser, again] = [userAgent(server, {}, new Map(jar)), userAgent(server, {}, new Map(jar))];
    const replies = [await refresh(browser), await refresh(again)];
    const kinds = await eventKinds(server, sessionId);
    assert.equal(
      kinds.filter((kind) => kind === 'session.refreshed').length,
      1,
      'the cut came before the commit',
    );
    if (replies[0]?.status === 200) {
      recovered += 1;
      assert.equal(refreshToken(again), refreshToken(browser), `round ${round}: two successors of one token`);
    } else {
      // A machine so slow that the retry window passed: then nobody may be left signed in.
      assert.ok(kinds.includes('session.reuse-detected'), kinds.join());
      assert.deepEqual(
        replies.map((reply) => reply.status),
        [401, 401],
      );
    }
  }
  t.diagnostic(`${recovered} of ${rounds} rounds recovered, the others were signed out`);
});

/** Sign in, then refresh through a wire that is cut, and the server with it, the moment the answer comes back. */
async function loseAnswer(
  dataDir: string,
  round: number,
): Promise<{ jar: Map<string, string>; sessionId: string }> {
  await using server = await serve({ dataDir, env });
  const browser = userAgent(server);
  const email = `person-${round}@example.org`;
  await browser.call('signUp', { body: { email, password } });
  const { status, body } = await browser.call('signIn', { body: { identifier: email, password } });
  assert.equal(status, 200);
  await using wire = await cuttingWire(Number(new URL(server.url).port), () =>
    process.kill(server.pid, 'SIGKILL'),
  );
  const jar = new Map(browser.cookies);
  await assert.rejects(refresh(userAgent({ url: `http://127.0.0.1:${wire.port}` }, {}, new Map(jar))));
  await server.ended;
  return { jar, sessionId: body.session.id };
}

async function cuttingWire(
  target: number,
  atFirstByte: () => void,
): Promise<{ port: number } & AsyncDisposable> {
  const wire = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    near.pipe(far);
    far.once('data', () => {
      atFirstByte();
      near.destroy();
    });
    for (const socket of [near, far]) socket.on('error', () => undefined); // cut wires end like this
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const address = wire.address();
  assert.ok(address && typeof address === 'object');
  const close = () => new Promise<void>((resolve) => wire.close(() => resolve()));
  return { port: address.port, [Symbol.asyncDispose]: close };
}

async function eventKinds(server: Serving, sessionId: string): Promise<string[]> {
  const key = (await readFile(join(server.dataDir, 'operator.key'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${key}` };
  const { body } = await userAgent(server).call('adminListAuditEvents', {
    query: { sessionId, limit: '100' },
    headers,
  });
  return body.events.map((event: { type: string }) => event.type);
}
