import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { killMarked, pidsBelow } from '../src/run-processes.ts';
import { tallyOf } from '../src/run-report.ts';
import type { TestVerdict } from '../src/run-test-files.ts';

const passed: TestVerdict = { name: 'it', isSuite: false, hasPassed: true, skip: undefined, todo: undefined };
const tally = (...verdicts: TestVerdict[]) => tallyOf([{ file: 'a.test.ts', verdicts }], []);

describe('the count of tests', () => {
  test('counts tests and not suites', () => {
    assert.deepEqual(tally(passed, passed, { ...passed, isSuite: true }), {
      passed: 2,
      failures: [],
      skips: [],
      problems: [],
    });
  });

  test('names a failed test and its file', () => {
    assert.deepEqual(tally({ ...passed, hasPassed: false }).failures, ['a.test.ts: it']);
  });

  test('lists a skip with its reason', () => {
    assert.deepEqual(tally({ ...passed, skip: 'no vectors' }).skips, ['a.test.ts: it (no vectors)']);
  });

  for (const muted of [{ skip: true }, { skip: '' }, { todo: true }]) {
    test(`counts ${JSON.stringify(muted)} as a failure, even of a whole suite`, () => {
      const verdicts = [
        { ...passed, ...muted },
        { ...passed, ...muted, isSuite: true },
      ];
      assert.equal(tally(...verdicts).failures.length, 2);
    });
  }

  test('does not take a failing test that is marked as to do for a passing one', () => {
    const counted = tally({ ...passed, hasPassed: false, todo: 'later' });
    assert.deepEqual([counted.passed, counted.skips.length], [0, 1]);
  });

  test('complains about a file without tests', () => {
    assert.deepEqual(tally().problems, ['a.test.ts ran no test']);
  });

  test('keeps what went wrong beside the tests', () => {
    assert.deepEqual(tallyOf([], ['no browser']).problems, ['no browser']);
  });
});

test('a process that a test leaves behind is ended and reported', {
  skip: process.platform === 'linux' ? false : 'only Linux shows the environment of other processes',
}, async () => {
  const script =
    "const c = require('node:child_process'); c.spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref();";
  // The middle process ends at once, so the last one belongs to nobody.
  const env = { ...process.env, ARGUS_TEST_RUN: 'left-behind-sample' };
  const child = spawn(process.execPath, ['--eval', script], { env });
  await new Promise((ended) => child.on('close', ended));
  const complaints = await killMarked('left-behind-sample', await pidsBelow(process.pid), 0);
  assert.deepEqual(complaints, ['a test left a process behind: sleep 60']);
  assert.deepEqual(await killMarked('left-behind-sample', new Set()), []);
});
