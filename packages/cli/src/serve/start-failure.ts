import type { Config } from '@argus/server';
import { SchemaMismatch } from '@argus/store';
import { DataDirectoryInUse, PostgresUnavailable } from '@argus/store/embedded';
import { codeOf, Failure, messageOf } from '../failure.ts';

/** Turn what can go wrong at a start into one clear line; what nobody foresaw stays as it is. */
export function startFailure(config: Config, error: unknown): unknown {
  if (error instanceof Failure) return error;
  if (
    error instanceof DataDirectoryInUse ||
    error instanceof PostgresUnavailable ||
    error instanceof SchemaMismatch
  )
    return new Failure(error.message);
  if (error instanceof Error && error.name === 'TokensFault' && error.message.includes('master key')) {
    return new Failure(
      'The signing keys in the database were sealed with another master key: give this server the data directory ' +
        'or the ARGUS_MASTER_KEY of the one that made them.',
    );
  }
  const sentence = listening(config, error) ?? database(config, error) ?? files(config, error);
  return sentence === null ? error : new Failure(sentence);
}

function listening({ host, port }: Config, error: unknown): string | null {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use by another program. Stop that, or choose another with --port.`;
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine: change ARGUS_HOST.`;
    case 'EACCES':
      return port < 1024 && messageOf(error).includes('listen')
        ? `This user may not listen on port ${port}. Choose one from 1024 on with --port.`
        : null;
    default:
      return null;
  }
}

/** PostgreSQL's own codes have five characters; the rest are the network's. */
const databaseCodes = /^(?:28...|3D000|53300|57P03|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH)$/;

function database({ databaseUrl }: Config, error: unknown): string | null {
  const code = codeOf(error);
  if (databaseUrl === null || code === null || !databaseCodes.test(code)) return null;
  const { hostname, port, pathname } = new URL(databaseUrl);
  const place = `${hostname}${port && `:${port}`}${pathname}`;
  return `The database ${place} of DATABASE_URL cannot be used: ${messageOf(error)}`;
}

function files({ dataDir }: Config, error: unknown): string | null {
  const code = codeOf(error) ?? '';
  if (!['EACCES', 'EPERM', 'ENOSPC', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) return null;
  return `The data directory ${dataDir} cannot be used: ${messageOf(error)}`;
}
