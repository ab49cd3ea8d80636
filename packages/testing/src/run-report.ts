import type { TestFileOutcome, TestVerdict } from './run-test-files.ts';

export interface Tally {
  passed: number;
  /** One line for each failed test. */
  failures: string[];
  /** One line for each skipped test, with its reason. */
  skips: string[];
  /** What is wrong beside the tests: no preparation, a file without tests, a skip without reason. */
  problems: string[];
}

/** Counts tests, not suites; a skip needs a reason, and an empty file is not a passing one. */
export function tallyOf(outcomes: readonly TestFileOutcome[], problems: readonly string[]): Tally {
  const tally: Tally = { passed: 0, failures: [], skips: [], problems: [...problems] };
  for (const outcome of outcomes) {
    const before = tally.passed + tally.failures.length + tally.skips.length;
    for (const verdict of outcome.verdicts) count(tally, outcome.file, verdict);
    const counted = tally.passed + tally.failures.length + tally.skips.length - before;
    if (counted === 0) tally.problems.push(`${outcome.file} ran no test`);
  }
  return tally;
}

function count(tally: Tally, file: string, verdict: TestVerdict): void {
  const line = `${file}: ${verdict.name}`;
  const isSkipped = verdict.skip !== undefined && verdict.skip !== false;
  const isTodo = verdict.todo !== undefined && verdict.todo !== false;
  if (isSkipped || isTodo) {
    const reason = isSkipped ? verdict.skip : verdict.todo;
    const isExplained = typeof reason === 'string' && reason.trim() !== '';
    if (isExplained) tally.skips.push(`${line} (${reason})`);
    else tally.failures.push(`${line} (skipped without a reason)`);
  } else if (!verdict.hasPassed) {
    // A suite fails with its tests; only when it failed by itself (a hook) does it count, and it always shows.
    if (!verdict.isSuite) tally.failures.push(line);
  } else if (!verdict.isSuite) {
    tally.passed += 1;
  }
}
