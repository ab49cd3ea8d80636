import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Listening, listening } from './fake-issuer.ts';

interface NextServer {
  prepare(): Promise<void>;
  getRequestHandler(): RequestListener;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);
// Not by import: the types of `next` redeclare `process.env` for the whole repository.
const next: (options: { dev: boolean; dir: string }) => NextServer = require('next');

/** An app as `next build` makes it, answered by Next.js's own server; `left` is left to it on `globalThis`. */
export async function nextListening(sources: URL, left: object): Promise<Listening> {
  const { folder, [Symbol.asyncDispose]: remove } = await builtApp(sources);
  Object.assign(globalThis, left);
  const server = next({ dev: false, dir: folder });
  await server.prepare();
  const http = await listening(server.getRequestHandler());
  return {
    port: http.port,
    [Symbol.asyncDispose]: async () => {
      await http[Symbol.asyncDispose]();
      await server.close();
      await remove();
    },
  };
}

/**
 * Builds a copy of an app with `next build`, in a folder of this run within the reach of node_modules. The copy is
 * JavaScript: for TypeScript, Next.js asks for a compiler of its own and installs what it misses in the next package.json.
 */
async function builtApp(sources: URL): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = fileURLToPath(new URL(`.next/${process.pid}`, import.meta.url));
  for (const name of await readdir(sources, { recursive: true })) {
    if (!/\.(ts|mjs)$/.test(name)) continue;
    const target = join(folder, name.replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, plain(await readFile(new URL(name, sources), 'utf8')));
  }
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  await promisify(execFile)(process.execPath, [require.resolve('next/dist/bin/next'), 'build', folder], {
    env,
  });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

function plain(source: string): string {
  return stripTypeScriptTypes(source).replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'");
}
