import { createHash } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';

/** Root's own, so that no other user can put programs there. */
const cacheFolder = '/var/cache/argus';

/** Only for building against PostgreSQL. */
const notNeeded = /\.a$|^pgxs$|^pkgconfig$/;

/**
 * Copies the bundled PostgreSQL (about 55 MB) out of a checkout that its account cannot read, and gives the
 * copy's path. Copies are kept by version; a finished one appears at once, by rename, or not at all.
 */
export function copyBinaries(native: string, home: string): string {
  const parent = ownFolder(cacheFolder) ? cacheFolder : home;
  const copy = join(parent, `postgresql-${versionKey(native)}`);
  if (existsSync(copy)) return copy;
  const unfinished = mkdtempSync(`${copy}-`);
  try {
    copyFolder(native, unfinished);
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another start was faster; its copy is as good.
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function ownFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const status = lstatSync(folder);
    return status.isDirectory() && status.uid === 0 && (status.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

function versionKey(native: string): string {
  const manifest = readFileSync(join(native, '..', 'package.json'), 'utf8');
  return createHash('sha256').update(manifest).digest('hex').slice(0, 12);
}

/** Modes are set, not copied: a checkout under a strict umask has files that only their owner reads. */
function copyFolder(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (notNeeded.test(entry.name)) continue;
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) {
      mkdirSync(target);
      copyFolder(source, target);
    } else if (entry.isFile()) {
      copyFileSync(source, target, constants.COPYFILE_FICLONE);
      chmodSync(target, (statSync(source).mode & 0o100) === 0 ? 0o644 : 0o755);
    }
  }
  chmodSync(to, 0o755);
}
