import { endpoints } from '@argus/contract';
import type { Config } from '@argus/server';
import { ask } from '../ask.ts';
import { Failure } from '../failure.ts';
import { isAlive, readServerFile } from '../server-file.ts';

/**
 * Two servers on one data directory would answer for each other. The embedded database keeps the second away by
 * its lock; with another database the first must answer, because a process number alone is soon somebody else's.
 */
export async function refuseOtherServer({ dataDir, databaseUrl }: Config): Promise<void> {
  if (databaseUrl === null) return;
  const file = await readServerFile(dataDir).catch(() => null);
  if (file === null || file.pid === process.pid || !isAlive(file.pid)) return;
  const peer = { ...file, key: '' };
  const isAnswering = await ask(peer, endpoints.healthLive, { silenceMs: 2_000 }).then(
    () => true,
    () => false,
  );
  if (!isAnswering) return;
  throw new Failure(
    `The data directory ${dataDir} is in use by process ${file.pid}. Stop that server, or choose another directory.`,
  );
}
