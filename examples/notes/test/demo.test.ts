import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './person.ts';

const demo = fileURLToPath(new URL('../src/demo.ts', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'argus-demo-'));
const started: ChildProcess[] = [];
after(async () => {
  for (const child of started)
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  rmSync(dataDir, { recursive: true, force: true });
});

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return String(typeof address === 'object' ? address?.port : address);
}

function start(words: readonly string[]): { child: ChildProcess; said: () => string } {
  let text = '';
  const child = spawn(process.execPath, [demo, '--data', dataDir, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  started.push(child);
  return { child, said: () => text };
}

test('the demo starts, shows a theft from a second terminal, stops at a signal and starts again on the same data', async () => {
  const words = ['--port', await freePort(), '--argus-port', await freePort()];
  const first = start(words);
  await eventually('the demo says where it runs', async () => first.said().includes('Stop with Ctrl-C'), 60);
  assert.match(first.said(), /ada@example\.org with the password: correct horse battery staple/);

  const second = start([...words, '--steal']);
  await once(second.child, 'exit');
  assert.match(second.said(), /The thief uses the stolen cookie: +401/);
  assert.match(
    second.said(),
    /rotated by +127\.0\.0\.1, Chrome, token 2\n +replayed by 127\.0\.0\.1, Firefox, token 1/,
  );

  first.child.kill('SIGINT');
  assert.deepEqual(await once(first.child, 'exit'), [0, null], first.said());

  const again = start(words);
  await eventually('the demo runs again', async () => again.said().includes('Stop with Ctrl-C'), 60);
  again.child.kill('SIGTERM');
  assert.deepEqual(await once(again.child, 'exit'), [0, null], again.said());
});
