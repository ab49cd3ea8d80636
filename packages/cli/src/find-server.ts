import { resolve } from 'node:path';
import { isLoopbackOrigin } from '@argus/server/config';
import { readPrivate } from '@argus/server/data-directory';
import type { Peer } from './exchange.ts';
import { codeOf, Failure, messageOf } from './failure.ts';
import { isAlive, readServerFile, type ServerFile, serverFilePath } from './server-file.ts';

export interface Whereabouts {
  readonly data: string;
  readonly url?: string | undefined;
}

/** Find the running server of a data directory, and the operator key that it accepts. */
export async function findServer({ data, url }: Whereabouts): Promise<Peer> {
  const dataDir = resolve(data);
  const found = url === undefined ? await runningServer(dataDir) : { url: originOf(url) };
  return { ...pick(found), key: await operatorKey(dataDir) };
}

function pick({ url, certificate }: Pick<ServerFile, 'url' | 'certificate'>): Omit<Peer, 'key'> {
  return { url, ...(certificate === undefined ? {} : { certificate }) };
}

async function runningServer(dataDir: string): Promise<ServerFile> {
  const path = serverFilePath(dataDir);
  const file = await readServerFile(dataDir).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (file === null) {
    throw new Failure(`Argus is not running on ${dataDir} (there is no server.json).`, {
      lines: ['Start it with `argus serve`, or name its data directory with --data.'],
    });
  }
  // Its port may be anybody's by now, and the operator key is not for them.
  if (!isAlive(file.pid)) {
    throw new Failure(`Argus is not running: process ${file.pid}, which wrote ${path}, is gone.`, {
      lines: [
        'It was killed or lost its machine. Start it again with `argus serve`; nothing needs to be cleaned up.',
      ],
    });
  }
  return file;
}

async function operatorKey(dataDir: string): Promise<string> {
  const key = await readPrivate(dataDir, 'operator.key').catch((error: unknown) => {
    throw unreadable(`${dataDir}/operator.key`, error);
  });
  if (key !== null) return key;
  throw new Failure(`There is no operator key in ${dataDir}.`, {
    lines: ['Name the data directory of the server with --data.'],
  });
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Failure(`--url must be an address such as https://login.example, not "${text}"`, {
      exitCode: 2,
    });
  if (url.protocol === 'http:' && !isLoopbackOrigin(url.origin))
    throw new Failure('--url must use https unless it leads to this machine: the operator key is a secret', {
      exitCode: 2,
    });
  return url.origin;
}

function unreadable(path: string, error: unknown): Failure {
  const isForbidden = codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
  return new Failure(
    isForbidden
      ? `${path} may not be read by this user: run the command as the user that runs Argus.`
      : `${path} cannot be read: ${messageOf(error)}`,
  );
}
