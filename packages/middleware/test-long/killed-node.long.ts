import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { testDatabase } from '@argus/testing/database';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { connectArgus } from '../src/index.ts';
import { issuer, password, untilLive } from '../test/link-stage.ts';

const bin = fileURLToPath(new URL('../../cli/bin/argus.js', import.meta.url));
const rounds = 20;
/** Across nodes an end is known within this. */
const mostMs = 1_000;

interface Node {
  readonly url: string;
  readonly child: ChildProcess;
  readonly operator: Readonly<Record<string, string>>;
}

/** A node of its own process, on a database that others use, too. */
async function startNode(databaseUrl: string, folder: string): Promise<Node> {
  const dataDir = join(folder, `node-${performance.now()}`);
  const child = spawn(process.execPath, [bin, 'serve', '--json', '--port', '0', '--data', dataDir], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      ARGUS_ISSUER: issuer,
      ARGUS_MASTER_KEY: Buffer.alloc(32, 7).toString('base64url'),
      ARGUS_LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { url } = await readiness(child);
  const key = readFileSync(join(dataDir, 'operator.key'), 'utf8').trim();
  return { url, child, operator: { authorization: `Bearer ${key}` } };
}

/** `serve --json` says one JSON object when it listens, over several lines. */
async function readiness({ stdout }: ChildProcess): Promise<{ readonly url: string }> {
  assert.ok(stdout);
  let text = '';
  for await (const line of createInterface({ input: stdout })) {
    text += line;
    if (line === '}' || /^\{.*\}$/.test(line)) return JSON.parse(text) as { url: string }; // the command promises it
  }
  throw new Error(`the node did not start: ${text}`);
}

async function newSession(node: Node, number: number): Promise<{ sessionId: string; browser: UserAgent }> {
  const browser = userAgent(node);
  const email = `killed-${number}@example.org`;
  await browser.call('signUp', { body: { email, password } });
  const { body } = await browser.call('signIn', { body: { identifier: email, password } });
  return { sessionId: body.session.id, browser };
}

test('of two nodes one is killed as it ends a session: whoever listens to the other knows within a second', async (t) => {
  await using database = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'argus-killed-'));
  const stays = await startNode(database.url, folder);
  const { generateKeyPairSync } = await import('node:crypto');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const asked = { headers: stays.operator, params: { id: 'listener' } };
  await userAgent(stays).call('adminDeclareService', { ...asked, body: {} });
  const jwk = publicKey.export({ format: 'jwk' });
  await userAgent(stays).call('adminAddServiceKey', { ...asked, body: { publicKey: jwk } });
  const argus = connectArgus({ issuer, argusUrl: stays.url, serviceKey: privateKey });
  await untilLive(argus);
  const heard = new Map<string, number>();
  argus.onEnd(({ of }) => heard.set(of, performance.now()));
  const delays: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const goes = await startNode(database.url, folder);
    const { sessionId, browser } = await newSession(goes, round);
    const begun = performance.now();
    const ended = browser.call('endSession').then(
      ({ status }) => status === 204,
      () => false, // it was killed before it answered
    );
    // Somewhere between the request and a moment after the answer.
    await pass(round % 10);
    goes.child.kill('SIGKILL');
    await once(goes.child, 'exit');
    const isAnswered = await ended;
    const { body } = await userAgent(stays).call('adminListSessions', {
      headers: stays.operator,
      query: { state: 'ended', limit: '100' },
    });
    const isEnded = body.sessions.some(({ id }: { id: string }) => id === sessionId);
    assert.ok(isEnded || !isAnswered, 'what was answered is written');
    if (!isEnded) continue;
    while (!heard.has(sessionId) && performance.now() - begun < 5_000) await pass(5);
    const at = heard.get(sessionId);
    assert.ok(at !== undefined, 'it is heard');
    delays.push(at - begun);
  }
  delays.sort((a, b) => a - b);
  t.diagnostic(
    `${delays.length} of ${rounds} ended; heard after ${delays.map((ms) => ms.toFixed(0)).join(', ')} ms`,
  );
  assert.ok(delays.length > 0);
  assert.ok((delays.at(-1) ?? 0) <= mostMs, `${delays.at(-1)} ms`);
  await argus.close();
  stays.child.kill('SIGTERM');
  await once(stays.child, 'exit');
  rmSync(folder, { recursive: true, force: true });
});
