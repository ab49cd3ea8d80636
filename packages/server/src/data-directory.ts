import { chmod, link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from './services/random.ts';

/** The secrets that live as files: readable by their owner alone. */
export interface LocalSecrets {
  readonly masterKey: Buffer;
  /** Shown by the CLI on this machine. */
  readonly operatorKey: string;
}

/** Open the data directory, making on first start what is missing. */
export async function openDataDirectory(
  dataDir: string,
  given: { readonly masterKey: Buffer | null; readonly random: Random },
): Promise<LocalSecrets> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const masterKey =
    given.masterKey ?? Buffer.from(await keptSecret(dataDir, 'master.key', given.random), 'base64url');
  if (masterKey.length !== 32)
    throw new Error(`${join(dataDir, 'master.key')} does not hold 32 bytes in base64url`);
  return { masterKey, operatorKey: await keptSecret(dataDir, 'operator.key', given.random) };
}

/** Read a small private file; null when it is not there. */
export async function readPrivate(dataDir: string, name: string): Promise<string | null> {
  try {
    return (await readFile(join(dataDir, name), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null; // node marks file errors with `code`
    throw error;
  }
}

/** Write a small private file (0600), whatever the umask. */
export async function writePrivate(dataDir: string, name: string, text: string): Promise<void> {
  const path = join(dataDir, name);
  await writeFile(path, `${text}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
}

async function keptSecret(dataDir: string, name: string, random: Random): Promise<string> {
  const kept = await readPrivate(dataDir, name);
  if (kept) return kept;
  // Written whole, then linked: a start that is killed leaves no empty key, and of two at once the first one's counts.
  const draft = `${name}.${random.uuid()}`;
  await writePrivate(dataDir, draft, random.bytes(32).toString('base64url'));
  await link(join(dataDir, draft), join(dataDir, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(join(dataDir, draft));
  return (await readPrivate(dataDir, name)) ?? '';
}
