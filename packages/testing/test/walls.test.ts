import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { floors } from './tidy/floors.ts';
import { packageFiles, packageOf, sourceFiles } from './tidy/repository.ts';
import { dependencyComplaints, wallComplaints } from './tidy/wall-check.ts';

const packages = packageFiles();
const ownerOf = (path: string) => {
  const folder = path.startsWith('packages/') ? `packages/${packageOf(path)}` : packageOf(path);
  return packages.find((each) => each.folder === folder);
};

describe('the walls between the rooms', () => {
  test('shipped code imports only what its floor may', () => {
    assert.deepEqual(
      sourceFiles('src').flatMap((file) => wallComplaints(file, ownerOf(file.path))),
      [],
    );
  });

  test('tests respect the walls around foreign parts', () => {
    assert.deepEqual(
      sourceFiles('tests').flatMap((file) => wallComplaints(file, ownerOf(file.path))),
      [],
    );
  });

  test('package files declare only allowed edges', () => {
    assert.deepEqual(packages.flatMap(dependencyComplaints), []);
  });

  test('every package is in the table, and the table decides every edge once, with a reason', () => {
    const folders = packages.filter((each) => each.folder.startsWith('packages/'));
    const names = folders.map((each) => each.folder.slice('packages/'.length));
    assert.deepEqual(Object.keys(floors).sort(), names.sort());
    for (const [name, floor] of Object.entries(floors)) {
      const decided = [...Object.keys(floor.may), ...Object.keys(floor.mayNot)].sort();
      assert.deepEqual(decided, names.filter((other) => other !== name).sort(), `edges of ${name}`);
      for (const reason of Object.values(floor.mayNot)) assert.ok(reason.length > 20);
    }
  });
});

describe('the check of the walls complains', () => {
  const own = {
    folder: 'packages/core',
    name: '@argus/core',
    scripts: {},
    dependencies: { '@argus/contract': '0.1.0', zod: '1.0.0', pg: '1.0.0', '@argus/store': '0.1.0' },
    devDependencies: { '@argus/testing': '0.1.0' },
    optionalDependencies: {},
  };
  const complaints = (path: string, text: string) => wallComplaints({ path, text }, own).length;
  const samples: [string, string, string][] = [
    ['an edge that goes up', 'packages/core/src/a.ts', "import { x } from '@argus/store';"],
    ['a type that goes up', 'packages/core/src/a.ts', "import type { X } from '@argus/store';"],
    ['an edge in a re-export', 'packages/core/src/a.ts', "export * from '@argus/store';"],
    ['an edge loaded on demand', 'packages/core/src/a.ts', "const s = await import('@argus/store');"],
    [
      'an import over several lines',
      'packages/core/src/a.ts',
      "import {\n  a,\n  b,\n} from '@argus/store';",
    ],
    ['a path through the wall', 'packages/core/src/a.ts', "import { x } from '../../store/src/store.ts';"],
    ['a test needed by shipped code', 'packages/core/src/a.ts', "import { x } from '../test/a.ts';"],
    ['test tools in shipped code', 'packages/core/src/a.ts', "import { x } from '@argus/testing';"],
    ['a driver outside the store', 'packages/core/src/a.ts', "import pg from 'pg';"],
    ['a schema outside the contract', 'packages/core/src/a.ts', "import { z } from 'zod';"],
    ['a package that is not declared', 'packages/core/src/a.ts', "import x from 'left-pad';"],
  ];
  for (const [what, path, text] of samples) {
    test(`about ${what}`, () => assert.ok(complaints(path, text) > 0));
  }

  test('about values of the contract in the browser', () => {
    const file = {
      path: 'packages/browser/src/a.ts',
      text: "import { cookieNames } from '@argus/contract';",
    };
    assert.equal(wallComplaints(file, undefined).length, 1);
    const typed = { ...file, text: "import type { SessionId } from '@argus/contract';" };
    assert.deepEqual(wallComplaints(typed, undefined), []);
  });

  test('about a client of other providers outside its room, and about strangers outside tests and examples', () => {
    const count = (path: string, name: string) =>
      wallComplaints({ path, text: `import * as x from '${name}';` }, undefined).length;
    assert.equal(count('packages/server/src/oauth/a.ts', 'openid-client'), 1);
    assert.equal(count('packages/server/src/federation/a.ts', 'openid-client'), 0);
    assert.equal(count('packages/server/src/federation/a.ts', 'oauth4webapi'), 1);
    assert.equal(count('packages/server/test/a.test.ts', 'oidc-provider'), 0);
    assert.equal(count('examples/notes/src/a.ts', 'passport-openidconnect'), 1);
    assert.equal(count('examples/relying-parties/src/a.ts', 'passport'), 0);
  });

  test('about a forbidden dependency in a package file', () => {
    assert.equal(dependencyComplaints(own).length, 1);
  });

  test('but not about words in comments and strings, or about what is allowed', () => {
    const text =
      "// import x from '@argus/store'\nconst a = `import x from 'pg'`;\nimport { b } from '@argus/contract';";
    assert.equal(complaints('packages/core/src/a.ts', text), 0);
  });
});
