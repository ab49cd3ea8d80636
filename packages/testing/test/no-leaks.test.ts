import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { lineOf, readText, repositoryFiles, type TextFile } from './tidy/repository.ts';

interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  /** Files the ban looks at. */
  readonly of: RegExp;
  /** Files it spares, with the reason. */
  readonly spares?: { readonly path: RegExp; readonly reason: string };
}

const script = /\.(ts|tsx|js|mjs|cjs)$/;
const tests = /\/test(-long)?\/.*\.ts$/;
const anything = /^(?!LICENSE$)/;

// The patterns are written so that they do not match their own source.
const bans: readonly Ban[] = [
  {
    what: 'a path of one machine',
    pattern: /(?<![\w.~/-])\/(?:root|home|Users|work)\/[\w.-]+/g,
    of: anything,
  },
  {
    what: 'a folder beside the repository',
    pattern: /\.\.\/shared\b/g,
    of: anything,
    spares: { path: /^\.ci\/run$/, reason: 'continuous integration looks there for third-party vectors' },
  },
  {
    what: 'the host of a registry',
    pattern: /registry\.(?:npmjs|yarnpkg|npmmirror)|npm\.pkg\.github/g,
    of: anything,
  },
  {
    what: 'markup from strings in a page',
    pattern: /\.(?:inner|outer)HTML\s*=|insertAdjacent(?:HTML)/g,
    of: script,
  },
  {
    what: 'a test that keeps the others from running',
    pattern: /\b(?:test|it|describe|suite)\s*\.only\(|\bonly:\s*true/g,
    of: tests,
  },
  {
    what: 'a silenced type error',
    pattern: /@ts-(?:ignore|nocheck)\b|@ts-expect-error\s*(?:\n|$)/g,
    of: script,
  },
  { what: 'a cast to any', pattern: /\bas\s+any\b(?![ '"`\w])/g, of: script },
  {
    what: 'a skipped test without a reason',
    pattern:
      /\b(?:test|it|describe|suite)\s*\.(?:skip|todo)\(|\b(?:skip|todo):\s*true\b|\.(?:skip|todo)\(\s*\)/g,
    of: tests,
  },
];

/** Words that say nothing about what a file holds; the data directory and personal data are names of things. */
const emptyWord =
  /(^|[-.])(managers?|helpers?|utils?|utilities|common|misc|(?<!personal-)data(?!-directory)|info)([-.]|$)/;

/** These hold samples of what is forbidden. */
const samplePaths = ['packages/testing/test/no-leaks.test.ts', 'packages/testing/test/run-report.test.ts'];

function complaints(file: TextFile, rules: readonly Ban[] = bans): string[] {
  return rules
    .filter((ban) => ban.of.test(file.path) && !ban.spares?.path.test(file.path))
    .flatMap((ban) =>
      [...file.text.matchAll(ban.pattern)].map(
        (match) => `${file.path}:${lineOf(file.text, match.index)} ${ban.what}: ${match[0].trim()}`,
      ),
    );
}

describe('nothing leaks into the repository', () => {
  const isText = (path: string): boolean => !/\.(png|jpe?g|gif|webp|woff2?|ico|mmdb|gz|br)$/.test(path);
  const files = repositoryFiles().filter((path) => isText(path) && !samplePaths.includes(path));

  test('no machine, neighbour folder, registry, silenced error or muted test is named', () => {
    assert.deepEqual(
      files.map(readText).flatMap((file) => complaints(file)),
      [],
    );
  });

  test('no file has a name that says nothing', () => {
    assert.deepEqual(
      repositoryFiles().filter((path) => emptyWord.test(basename(path))),
      [],
    );
  });

  test('no secret key and no environment file is kept', () => {
    const kept = files.filter((path) => /(^|\/)\.env(\.|$)|\.(pem|key|p12|eml|sqlite)$/.test(path));
    assert.deepEqual(kept, []);
    const begin = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\n[\w+/=\s]{40}/;
    assert.deepEqual(
      files.filter((path) => begin.test(readText(path).text)),
      [],
    );
  });
});

describe('the check for leaks complains', () => {
  const samples: [string, string, string][] = [
    ['a home folder', 'README.md', 'see /home/ada/argus'],
    ['a folder of root', 'packages/core/src/a.ts', "open('/root/x')"],
    ['a folder beside the repository', 'docs/a.md', 'vectors are in ../shared/vectors'],
    ['a registry', 'package-lock.json', '"resolved": "https://registry.npmjs.org/x"'],
    ['markup from strings', 'packages/browser/src/a.ts', 'element.innerHTML = text;'],
    ['a lone test', 'packages/core/test/a.test.ts', "test.only('x', () => {});"],
    ['a lone test by option', 'packages/core/test/a.test.ts', "test('x', { only: true }, () => {});"],
    ['an ignored type error', 'packages/core/src/a.ts', '// @ts-ignore'],
    ['an expected type error without a reason', 'packages/core/src/a.ts', '// @ts-expect-error\nx();'],
    ['a cast to any', 'packages/core/src/a.ts', 'const a = b as any;'],
    ['a skipped test', 'packages/core/test/a.test.ts', "test.skip('x', () => {});"],
    ['a test skipped by option', 'packages/core/test/a.test.ts', "test('x', { skip: true }, () => {});"],
    ['a test that skips itself', 'packages/core/test/a.test.ts', 't.skip();'],
  ];
  for (const [what, path, text] of samples) {
    test(`about ${what}`, () => assert.equal(complaints({ path, text }).length, 1));
  }

  test('but not about their likes', () => {
    const text =
      "t.skip('ARGUS_VECTORS is not set'); // @ts-expect-error the types forbid it\nx('/api/work/home/x');";
    assert.deepEqual(complaints({ path: 'packages/core/test/a.test.ts', text }), []);
    assert.deepEqual(complaints({ path: '.ci/run', text: '../shared/vectors' }), []);
  });

  test('about a file name that says nothing', () => {
    for (const name of ['helpers.ts', 'date-utils.ts', 'info.md']) assert.ok(emptyWord.test(name), name);
    for (const name of ['database.ts', 'information-model.md']) assert.ok(!emptyWord.test(name), name);
  });
});
