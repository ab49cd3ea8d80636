import { startPreparations } from './run-preparations.ts';
import { killMarked, markProcesses } from './run-processes.ts';
import { type Tally, tallyOf } from './run-report.ts';
import { chooseTestFiles, runTestFiles } from './run-test-files.ts';

/**
 * `npm test` and `npm run test:long`: prepares what tests need, runs them, and ends with one line of counts.
 * Arguments that are not flags choose files whose path contains one of them: `npm test -- tokens`.
 */
async function main(argv: readonly string[]): Promise<number> {
  const isLong = argv.includes('--long');
  const files = chooseTestFiles({ isLong, filters: argv.filter((argument) => !argument.startsWith('-')) });
  if (!process.env.ARGUS_VECTORS) {
    console.log(
      'ARGUS_VECTORS is not set: tests against third-party vectors are SKIPPED and listed at the end.',
    );
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      console.log(`\n${signal}: stopping the tests and what they started …`);
      interrupted.abort();
    });
  }
  const marker = markProcesses();
  const preparations = await startPreparations();
  try {
    const outcomes = await runTestFiles(files, { isLong, interrupted: interrupted.signal });
    const leftBehind = await killMarked(marker, preparations.keep);
    const tally = tallyOf(outcomes, [...preparations.failures, ...leftBehind]);
    if (files.length === 0) tally.problems.push('no test file matches');
    if (interrupted.signal.aborted) tally.problems.push('interrupted before the end');
    return conclude(tally);
  } finally {
    await preparations.stop();
  }
}

/** The last line is for machines as much as for people: exactly three counts. */
function conclude(tally: Tally): number {
  if (tally.skips.length > 0)
    console.log(`\nSkipped:\n${tally.skips.map((line) => `  - ${line}`).join('\n')}`);
  if (tally.failures.length > 0)
    console.log(`\nFailed:\n${tally.failures.map((line) => `  ✖ ${line}`).join('\n')}`);
  if (tally.problems.length > 0)
    console.log(`\nProblems:\n${tally.problems.map((line) => `  ✖ ${line}`).join('\n')}`);
  if (tally.passed + tally.failures.length + tally.skips.length === 0) console.log('\nNo test ran.');
  const failed = tally.failures.length + tally.problems.length;
  lastLine = `${tally.passed} passed, ${failed} failed, ${tally.skips.length} skipped`;
  return failed > 0 || tally.passed === 0 ? 1 : 0;
}

let lastLine = '0 passed, 1 failed, 0 skipped';

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
process.stdout.write(`\n${lastLine}\n`, () => process.exit());
