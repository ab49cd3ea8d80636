import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../../src/run-test-files.ts';

export interface TextFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface PackageFile {
  /** The folder, relative to the root; empty for the root itself. */
  readonly folder: string;
  readonly name: string;
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
}

/** Every file of the repository that git keeps or would keep; without git, everything but the known litter. */
export function repositoryFiles(): string[] {
  const command = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  let paths: string[];
  try {
    const listing = execFileSync('git', command, { cwd: rootFolder, encoding: 'utf8', stdio: 'pipe' });
    paths = listing.split('\0').filter((path) => path !== '');
  } catch {
    const exclude = ['**/node_modules/**', '.git/**', '.argus/**', '**/dist/**', '**/coverage/**'];
    paths = globSync(['**/*', '.*', '.ci/*'], { cwd: rootFolder, exclude });
  }
  return paths.filter((path) => statSync(join(rootFolder, path), { throwIfNoEntry: false })?.isFile()).sort();
}

export function readText(path: string): TextFile {
  return { path, text: readFileSync(join(rootFolder, path), 'utf8') };
}

/** TypeScript sources of packages, examples and bench; `tests` are what stands in a `test` folder. */
export function sourceFiles(kind: 'src' | 'tests'): TextFile[] {
  const folders = kind === 'src' ? '/(src|bin)/' : '/test(-long)?/';
  const wanted = new RegExp(`^(packages/[^/]+|examples/[^/]+|bench)${folders}.*\\.(ts|tsx|js|mjs)$`);
  return repositoryFiles()
    .filter((path) => wanted.test(path))
    .map(readText);
}

export function packageFiles(): PackageFile[] {
  const paths = repositoryFiles().filter((path) => /(^|\/)package\.json$/.test(path));
  return paths.map((path) => {
    const none = { scripts: {}, dependencies: {}, devDependencies: {}, optionalDependencies: {} };
    const folder = path.replace(/\/?package\.json$/, '');
    return { ...none, ...JSON.parse(readText(path).text), folder };
  });
}

/** `packages/core/src/x.ts` → `core`, `examples/notes/…` → `examples/notes`, `bench/…` → `bench`. */
export function packageOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top === 'packages') return second;
  return top === 'examples' ? `${top}/${second}` : top;
}

export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
