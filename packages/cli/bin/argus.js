#!/usr/bin/env node
// Plain JavaScript for any Node from 18 on: an older one only looks for the Node that the lockfile pins.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = { major: 24, minor: 7 };
const marker = 'ARGUS_PINNED_NODE';
const self = fileURLToPath(import.meta.url);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > needed.major || (major === needed.major && minor >= needed.minor)) {
  const { main } = await import('../src/main.ts');
  await main(process.argv.slice(2));
} else {
  const pinned = process.env[marker] === undefined ? pinnedNode(dirname(self)) : undefined;
  if (pinned === undefined) complain();
  else handOver(pinned);
}

/** Looks upwards from this file only: what lies in the working directory is not ours to run. */
function pinnedNode(from) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const names = ['.bin/node', `node-${process.platform}-${process.arch}/bin/node`];
  for (let folder = from; ; folder = dirname(folder)) {
    const found = names.map((name) => join(folder, 'node_modules', `${name}${suffix}`)).find(existsSync);
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

function handOver(node) {
  const child = spawn(node, [self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [marker]: node },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', complain);
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}

function complain() {
  console.error(
    `argus: this is Node ${process.versions.node}, and Argus needs ${needed.major}.${needed.minor} or newer.\n` +
      'Install a newer Node, or run `npm ci` with optional dependencies: they bring the right one along.',
  );
  process.exitCode = 1;
}
