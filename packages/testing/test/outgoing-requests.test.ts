import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importsOf } from './tidy/import-scan.ts';
import { lineOf, sourceFiles, type TextFile } from './tidy/repository.ts';
import { codeOnly } from './tidy/source-text.ts';

/** The room that judges where Argus goes, and the one place that hands the unjudged fetch to what operators name. */
const room = /^packages\/server\/src\/outbound\//;
const operatorsOwn = 'packages/server/src/open-services.ts';

const isWatched = (path: string) => path.startsWith('packages/server/src/') && !room.test(path);
const networks = /^node:(http|https|http2|dns|dns\/promises|dgram)$/;
/** The global one: neither a member, nor a type, nor a name that is being given to something else. */
const bareFetch = /(?<![.\w'"-])(?<!typeof )fetch(?![\w'"-]|\s*:)/g;

function findings({ path, text }: TextFile): string[] {
  const code = codeOnly(text);
  return [
    ...importsOf(text)
      .filter(({ specifier, isTypeOnly }) => networks.test(specifier) && !isTypeOnly)
      .map(({ specifier, line }) => `${path}:${line} imports ${specifier}`),
    ...(path === operatorsOwn
      ? []
      : [...code.matchAll(bareFetch)].map(({ index }) => `${path}:${lineOf(code, index)} fetches`)),
  ];
}

test('the server calls others from one room alone, where addresses are judged', () => {
  const files = sourceFiles('src').filter(({ path }) => isWatched(path) && path.endsWith('.ts'));
  assert.ok(files.length > 100);
  assert.deepEqual(files.flatMap(findings), []);
});

describe('the check of outgoing requests', () => {
  const count = (text: string) => findings({ path: 'packages/server/src/a.ts', text }).length;

  test('complains about what reaches the network by itself', () => {
    for (const text of [
      'const answer = await fetch(uri);',
      'openThing({ fetch, clock });',
      "import { request } from 'node:https';",
      "import { lookup } from 'node:dns/promises';",
    ])
      assert.equal(count(text), 1, text);
  });

  test('but not about types, members, words or other parts', () => {
    for (const text of [
      "import type { IncomingMessage } from 'node:http';",
      'readonly fetch: typeof fetch;',
      'await outbound.fetch(uri);',
      'function open({ fetch: fetching }: Source) {}',
      "const name = request.headers['sec-fetch-site']; // fetch it",
    ])
      assert.equal(count(text), 0, text);
  });
});
