import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Argus, type Config, noLimits, type Parts, startArgus, withoutPace } from '@argus/server';
import { type FakeClock, fakeClock } from './clock.ts';
import { testDatabase } from './database.ts';
import { type Mailbox, openMailbox } from './mailbox.ts';
import { seededRandom } from './random.ts';

/** A whole Argus on its own database and port, with time in the test's hand. */
export interface TestServer extends AsyncDisposable {
  readonly argus: Argus;
  readonly url: string;
  readonly clock: FakeClock;
  /** Where its mail arrives when the job runs, unless the test says how mail leaves. */
  readonly mailbox: Mailbox;
  readonly operatorKeyFile: string;
  readonly dataDir: string;
}

export interface TestServerOptions {
  readonly clock?: FakeClock;
  readonly config?: Partial<Config>;
  readonly parts?: Parts;
  /** Share a database with another server (two nodes). */
  readonly databaseUrl?: string;
  readonly dataDir?: string;
}

/** Nodes that share a folder and a database must not draw the same ids. */
let started = 0;

/** Start Argus for one test file. Jobs run only when the test calls them. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  started += 1;
  const stack = new AsyncDisposableStack();
  const clock = options.clock ?? fakeClock();
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'argus-server-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const databaseUrl = options.databaseUrl ?? stack.use(await testDatabase()).url;
  const issuer = options.config?.issuer ?? 'http://localhost:8100';
  const config: Config = {
    issuer,
    port: 0,
    host: '127.0.0.1',
    dataDir,
    masterKey: Buffer.alloc(32, 7),
    origins: [issuer],
    trustedProxies: [],
    databaseUrl,
    logLevel: 'error',
    mail: { smtp: null, from: { name: 'Argus', address: 'no-reply@localhost' } },
    ...options.config,
  };
  const mailbox = openMailbox();
  const parts: Parts = {
    clock,
    random: seededRandom(`${dataDir} ${started}`, clock),
    withJobs: false,
    limits: noLimits,
    pace: withoutPace,
    isProcessWide: false,
    // Whoever says how mail leaves means it.
    ...(options.config?.mail ? {} : { mail: mailbox.transport }),
    ...options.parts,
  };
  const argus = await startArgus(config, parts);
  stack.defer(() => argus.close());
  return {
    argus,
    url: argus.url,
    clock,
    mailbox,
    dataDir,
    operatorKeyFile: join(dataDir, 'operator.key'),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
