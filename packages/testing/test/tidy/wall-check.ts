import { posix } from 'node:path';
import { floors, thirdPartyWalls } from './floors.ts';
import { type Import, importsOf, packageNameOf } from './import-scan.ts';
import { type PackageFile, packageFiles, packageOf, type TextFile } from './repository.ts';

/** What is wrong with the imports of one source; each complaint says where and why. */
export function wallComplaints(file: TextFile, own: PackageFile | undefined): string[] {
  return importsOf(file.text).flatMap((each) =>
    [
      ...relativeComplaint(file, each),
      ...floorComplaint(file, each),
      ...foreignComplaint(file, each, own),
    ].map((complaint) => `${file.path}:${each.line} imports ${each.specifier}: ${complaint}`),
  );
}

/** What a package file declares of ours against the table. */
export function dependencyComplaints(own: PackageFile): string[] {
  const floor = floors[packageOf(`${own.folder}/`)];
  const declared = Object.keys({ ...own.dependencies, ...own.optionalDependencies });
  return declared
    .filter((name) => name.startsWith('@argus/') && floor && !(name.slice(7) in floor.may))
    .map(
      (name) => `${own.folder}/package.json depends on ${name}: ${floor?.mayNot[name.slice(7)] ?? 'unknown'}`,
    );
}

/** What the test tools depend on is at hand wherever they are. */
const testTools = packageFiles().find((each) => each.name === '@argus/testing')?.dependencies ?? {};

const isTest = (path: string): boolean => /\/test(-long)?\//.test(path);

function relativeComplaint(file: TextFile, each: Import): string[] {
  if (!each.specifier.startsWith('.')) return [];
  const target = posix.join(posix.dirname(file.path), each.specifier);
  if (packageOf(target) !== packageOf(file.path))
    return ['a package is entered by its name, not through its wall'];
  if (!isTest(file.path) && isTest(target)) return ['what ships must not need its tests'];
  return [];
}

function floorComplaint(file: TextFile, each: Import): string[] {
  if (!each.specifier.startsWith('@argus/')) return [];
  const to = packageNameOf(each.specifier)?.slice(7) ?? '';
  const from = packageOf(file.path);
  if (to === from && isTest(file.path)) return [];
  if (to === 'testing' && !isTest(file.path) && from !== 'bench') {
    return ['nothing but tests and bench imports the test tools'];
  }
  const floor = floors[from];
  if (isTest(file.path) || floor === undefined) return [];
  const kind = floor.may[to];
  if (kind === undefined) return [floor.mayNot[to] ?? 'this edge is not in the table of floors'];
  return kind === 'types' && !each.isTypeOnly ? ['only its types (import type) may be used here'] : [];
}

function foreignComplaint(file: TextFile, each: Import, own: PackageFile | undefined): string[] {
  const name = packageNameOf(each.specifier);
  if (name === null) return [];
  const broken = thirdPartyWalls.filter((wall) => wall.of.test(name) && !wall.only.test(file.path));
  const complaints = broken.map((wall) => wall.reason);
  if (own === undefined || name === own.name) return complaints;
  const shipped = name in own.dependencies || name in own.optionalDependencies;
  const forTests = name in own.devDependencies || `@types/${name}` in own.devDependencies;
  const isTestTool = isTest(file.path) && '@argus/testing' in own.devDependencies && name in testTools;
  const isDeclared = shipped || isTestTool || (forTests && (isTest(file.path) || each.isTypeOnly));
  return isDeclared ? complaints : [...complaints, `package.json of ${own.name} does not declare it`];
}
