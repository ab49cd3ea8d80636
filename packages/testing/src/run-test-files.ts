import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

export const rootFolder: string = fileURLToPath(new URL('../../..', import.meta.url));

const places = ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'bench/test/**/*.test.ts'];
const longPlaces = ['packages/*/test-long/**/*.long.ts'];

/** Files run side by side; two, because the smallest machine this must be pleasant on has two cores. */
const filesAtOnce = 2;
const fileSeconds = 240;
const longFileSeconds = 3_600;

/** What one finished test says, as the test runner reports it. */
export interface TestVerdict {
  readonly name: string;
  readonly isSuite: boolean;
  readonly hasPassed: boolean;
  readonly skip: string | boolean | undefined;
  readonly todo: string | boolean | undefined;
}

export interface TestFileOutcome {
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly verdicts: readonly TestVerdict[];
}

export function chooseTestFiles(choice: { isLong: boolean; filters: readonly string[] }): string[] {
  const found = globSync(choice.isLong ? longPlaces : places, { cwd: rootFolder }).sort();
  const { filters } = choice;
  return filters.length === 0
    ? found
    : found.filter((file) => filters.some((filter) => file.includes(filter)));
}

/** Runs each file in a process of its own and prints it in the style of Node's `spec` reporter. */
export async function runTestFiles(
  files: readonly string[],
  how: { isLong: boolean; interrupted: AbortSignal },
): Promise<TestFileOutcome[]> {
  const outcomes: TestFileOutcome[] = [];
  const printer = new Spec();
  printer.pipe(process.stdout, { end: false });
  const waiting = [...files];
  const seconds = how.isLong ? longFileSeconds : fileSeconds;
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file && !how.interrupted.aborted; file = waiting.shift()) {
      const deadline = AbortSignal.timeout(seconds * 1000);
      const { verdicts, events } = await runTestFile(file, AbortSignal.any([deadline, how.interrupted]));
      if (deadline.aborted) verdicts.push(overdue(seconds));
      printer.write(titleOf(file, verdicts));
      for (const event of events) printer.write(event);
      outcomes.push({ file, verdicts });
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, work));
  await new Promise((printed) => printer.on('end', printed).end());
  return outcomes;
}

type TestEvent = { type: string; data: unknown };

async function runTestFile(
  file: string,
  signal: AbortSignal,
): Promise<{ verdicts: TestVerdict[]; events: TestEvent[] }> {
  const path = resolve(rootFolder, file);
  const verdicts: TestVerdict[] = [];
  const events: TestEvent[] = [];
  for await (const event of run({ files: [path], isolation: 'process', signal, cwd: rootFolder })) {
    // Counts of one file would read as the counts of the run.
    if (event.type === 'test:summary' || event.type === 'test:diagnostic') continue;
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { name, details, skip, todo } = event.data;
      const hasPassed = event.type === 'test:pass';
      // A file without a test is reported as a passing test that bears the name of the file.
      if (hasPassed && name === path) continue;
      const shownName = name === path ? 'the file itself did not run to its end' : name;
      const isSuite = details.type === 'suite' && (hasPassed || isFailureOfItsTests(event.data.details));
      verdicts.push({ name: shownName, isSuite, hasPassed, skip, todo });
    }
    events.push(event);
  }
  return { verdicts, events };
}

function overdue(seconds: number): TestVerdict {
  const name = `stopped because it did not finish within ${seconds} s`;
  return { name, isSuite: false, hasPassed: false, skip: undefined, todo: undefined };
}

function isFailureOfItsTests(details: object): boolean {
  const error: unknown = 'error' in details ? details.error : undefined;
  return (
    typeof error === 'object' &&
    error !== null &&
    'failureType' in error &&
    error.failureType === 'subtestsFailed'
  );
}

function titleOf(file: string, verdicts: readonly TestVerdict[]): TestEvent {
  const hasFailed = verdicts.some((verdict) => !verdict.hasPassed);
  const data = {
    nesting: 0,
    message: `${file}${hasFailed ? ' FAILED' : ''}`,
    level: hasFailed ? 'error' : 'info',
  };
  return { type: 'test:diagnostic', data };
}
