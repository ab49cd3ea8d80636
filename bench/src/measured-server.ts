import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds and memory at one moment. */
export interface Usage {
  readonly serverSeconds: number;
  readonly databaseSeconds: number;
  readonly serverRssBytes: number;
}

export interface MeasuredServer extends AsyncDisposable {
  readonly url: string;
  usage(): Promise<Usage>;
}

/** Start the server in its own process. */
export async function startMeasuredServer(env: Readonly<Record<string, string>>): Promise<MeasuredServer> {
  const child = fork(new URL('./server-process.ts', import.meta.url), {
    env: { ...process.env, ...env },
    execArgv: (process.env.ARGUS_BENCH_EXEC ?? '').split(' ').filter(Boolean),
  });
  const { url } = await reply<{ url: string }>(child);
  return {
    url,
    async usage() {
      child.send('usage');
      const { cpu, rss } = await reply<{ cpu: NodeJS.CpuUsage; rss: number }>(child);
      return {
        serverSeconds: (cpu.user + cpu.system) / 1e6,
        databaseSeconds: databaseSeconds(),
        serverRssBytes: rss,
      };
    },
    async [Symbol.asyncDispose]() {
      child.send('stop');
      await once(child, 'exit');
    },
  };
}

async function reply<T>(child: ChildProcess): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const gone = (code: number | null) => reject(new Error(`the server stopped with ${code}`));
  child.once('exit', gone);
  child.once('message', (message) => resolve(message as T)); // our own server process sends it
  try {
    return await promise;
  } finally {
    child.off('exit', gone);
  }
}

/** CPU of every PostgreSQL process of this machine; finished backends are counted in their parent. Linux only. */
export function databaseSeconds(): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if (!/^\d+ \(postgres/.test(stat)) continue;
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      ticks += Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
    } catch {
      // The process ended between the two calls.
    }
  }
  return ticks / 100;
}
