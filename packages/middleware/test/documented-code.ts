import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** The one block of TypeScript in a document of the repository; the path begins at this package. */
export async function codeIn(document: string): Promise<string> {
  const text = await readFile(`${folder}/${document}`, 'utf8');
  const [block, ...more] = [...text.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]);
  assert.ok(block !== undefined && more.length === 0, `${document} has one block of TypeScript`);
  return block;
}

/** The blocks of TypeScript in a document by the headings over them. */
export async function blocksIn(document: string): Promise<Map<string, string>> {
  const text = await readFile(`${folder}/${document}`, 'utf8');
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const block = section.match(/```ts\n(.*?)```/s)?.[1];
      return block === undefined ? [] : [[section.split('\n')[0] ?? '', block]];
    }),
  );
}

export interface RunningCode extends AsyncDisposable {
  readonly port: number;
}

/** The block as it stands in a process of its own; only the line that tells the port is added. */
export async function running(code: string, env: Record<string, string>): Promise<RunningCode> {
  const tellPort =
    'const tell = () => console.log(server.address().port); server.listening ? tell() : server.on("listening", tell);';
  const child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--eval', `${code}\n${tellPort}`],
    {
      cwd: folder,
      env: { ...process.env, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exited]);
  return {
    port: Number(first[0]),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}
