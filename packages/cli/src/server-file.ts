import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './failure.ts';

/** What a running server leaves in its data directory, so that commands find it. */
export interface ServerFile {
  readonly url: string;
  readonly pid: number;
  /** The certificate it shows, PEM: commands trust this one and no other. */
  readonly certificate?: string;
}

export function serverFilePath(dataDir: string): string {
  return join(dataDir, 'server.json');
}

/** Null when there is none, or none that can be understood. Throws when it may not be read. */
export async function readServerFile(dataDir: string): Promise<ServerFile | null> {
  try {
    return parse(await readFile(serverFilePath(dataDir), 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whole or not at all: it appears under its name when it is complete. */
export async function writeServerFile(dataDir: string, file: ServerFile): Promise<void> {
  const path = serverFilePath(dataDir);
  const unfinished = `${path}.${file.pid}`;
  await writeFile(unfinished, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  await chmod(unfinished, 0o600);
  await rename(unfinished, path);
}

/** Remove our own; a later server's stays. */
export async function removeServerFile(dataDir: string, pid: number): Promise<void> {
  const kept = await readServerFile(dataDir).catch(() => null);
  if (kept?.pid === pid) await rm(serverFilePath(dataDir), { force: true });
}

/** Whether a process of this number lives; it may be another program by now. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function parse(text: string): ServerFile | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('url' in value) || !('pid' in value)) return null;
  const { url, pid } = value;
  if (typeof url !== 'string' || !URL.canParse(url) || !Number.isInteger(pid) || Number(pid) < 1) return null;
  const certificate = 'certificate' in value ? value.certificate : undefined;
  return { url, pid: Number(pid), ...(typeof certificate === 'string' ? { certificate } : {}) };
}
