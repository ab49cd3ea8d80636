import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lineOf, sourceFiles, type TextFile } from './tidy/repository.ts';
import { codeOnly } from './tidy/source-text.ts';

/** What only a service may ask for, so that every decision can be repeated in a test. */
const sources: Record<string, RegExp> = {
  'the wall clock': /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?=[;,)\n]))|(?<!new\s)\bDate\s*\(\s*\)/g,
  'the monotonic clock': /\bperformance\s*\.\s*now\b|\bhrtime\b/g,
  chance:
    /\bMath\s*\.\s*random\b|\b(?:randomUUID|randomUUIDv7|randomBytes|randomInt|randomFillSync|randomFill|getRandomValues)\b/g,
  'a timer':
    /\b(?:setTimeout|setInterval|setImmediate)\b|\bAbortSignal\s*\.\s*timeout\b|['"](?:node:)?timers(?:\/promises)?['"]/g,
};

/** The few places outside `services/`, each with its reason. A line that is no longer needed fails the test. */
const allowed: { path: string; what: keyof typeof sources; reason: string }[] = [
  {
    path: 'packages/tokens/src/jwks-source.ts',
    what: 'a timer',
    reason: 'bounds how long one fetch may wait on the network; no decision reads it',
  },
  {
    path: 'packages/server/src/pages/scripts/passkey.js',
    what: 'a timer',
    reason: 'runs in the browser, where it renews the challenge of a page that stays open',
  },
  {
    path: 'packages/server/src/pages/scripts/strength-words.js',
    what: 'the wall clock',
    reason: 'runs in the browser, where it knows which year a password may name',
  },
];

const isWatched = (path: string): boolean =>
  path.startsWith('packages/') && !path.startsWith('packages/testing/') && !/\/src\/services\//.test(path);

function findings({ path, text }: TextFile): { path: string; what: string; line: number }[] {
  // Strings stay, because a module of timers is named in one; comments go.
  const code = codeOnly(text, { strings: true });
  return Object.entries(sources).flatMap(([what, pattern]) =>
    [...code.matchAll(pattern)].map((match) => ({ path, what, line: lineOf(code, match.index) })),
  );
}

describe('time and chance are services', () => {
  const found = sourceFiles('src')
    .filter((file) => isWatched(file.path))
    .flatMap(findings);

  test('no clock, timer or randomness outside src/services', () => {
    const complaints = found
      .filter(({ path, what }) => !allowed.some((each) => each.path === path && each.what === what))
      .map(({ path, what, line }) => `${path}:${line} uses ${what}`);
    assert.deepEqual(complaints, []);
  });

  test('every exception has a reason and is still needed', () => {
    for (const { path, what, reason } of allowed) {
      assert.ok(reason.length > 20, `${path} needs a reason`);
      assert.ok(
        found.some((each) => each.path === path && each.what === what),
        `${path} no longer uses ${what}`,
      );
    }
  });
});

describe('the check of time and chance complains', () => {
  const samples = [
    'const now = Date.now();',
    'const now = new Date();',
    'const now = new Date;',
    'const now = Date();',
    'const t = performance.now();',
    'const t = process.hrtime.bigint();',
    'const r = Math.random();',
    "import { randomBytes } from 'node:crypto';",
    'const id = crypto.randomUUID();',
    'crypto.getRandomValues(a);',
    'setTimeout(() => end(), 5);',
    "import { setTimeout as wait } from 'node:timers/promises';",
    'fetch(url, { signal: AbortSignal.timeout(5) });',
  ];
  for (const text of samples) {
    test(`about ${text}`, () => assert.ok(findings({ path: 'packages/core/src/a.ts', text }).length > 0));
  }

  test('but not about a given instant or a comment', () => {
    const text =
      'const at = new Date(instantMs).toISOString(); // never Date.now()\nconst lastDate = updated();';
    assert.deepEqual(findings({ path: 'packages/core/src/a.ts', text }), []);
  });

  test('and watches everything but services and test tools', () => {
    assert.ok(isWatched('packages/store/src/commit.ts'));
    assert.ok(!isWatched('packages/store/src/services/clock.ts'));
    assert.ok(!isWatched('packages/testing/src/clock.ts'));
  });
});
