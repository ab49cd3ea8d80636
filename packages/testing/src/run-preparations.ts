import { chromiumPath } from './browser.ts';
import { pidsBelow } from './run-processes.ts';

export interface Preparations {
  /** What could not be prepared; each is a failure of the run, and the tests still say what else is wrong. */
  readonly failures: string[];
  /** Processes that belong to the run and not to a test. */
  readonly keep: ReadonlySet<number>;
  stop(): Promise<void>;
}

/** One throw-away PostgreSQL for all files (unless `DATABASE_URL` names one) and a browser that starts. */
export async function startPreparations(): Promise<Preparations> {
  const failures: string[] = [];
  const stops: (() => Promise<void>)[] = [];
  const attempt = async (what: string, prepare: () => Promise<string>): Promise<void> => {
    try {
      console.log(`${what}: ${await prepare()}`);
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      console.log(`${what}: FAILED\n${reason}`);
      failures.push(`could not prepare the ${what}`);
    }
  };
  await attempt('database', () => prepareDatabase(stops));
  await attempt('browser', async () => {
    process.env.ARGUS_CHROMIUM = await chromiumPath();
    return process.env.ARGUS_CHROMIUM;
  });
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0)) await each();
  };
  return { failures, keep: await pidsBelow(process.pid), stop };
}

async function prepareDatabase(stops: (() => Promise<void>)[]): Promise<string> {
  const given = process.env.ARGUS_TEST_DATABASE || process.env.DATABASE_URL;
  if (given) {
    process.env.ARGUS_TEST_DATABASE = given;
    return 'the one that the environment names';
  }
  // Loaded here, so that a broken store does not keep the tests of the other packages from running.
  const { startTestPostgres } = await import('./database.ts');
  const postgres = await startTestPostgres();
  stops.push(() => postgres.stop());
  process.env.ARGUS_TEST_DATABASE = postgres.url;
  return 'a throw-away PostgreSQL';
}
