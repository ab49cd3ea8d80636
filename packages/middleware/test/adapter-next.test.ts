import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { adapterContract } from './adapter-contract.ts';
import type { ContractApp } from './contract-routes.ts';
import { type Listening, listening } from './fake-issuer.ts';

interface NextServer {
  prepare(): Promise<void>;
  getRequestHandler(): RequestListener;
  close(): Promise<void>;
}

// Not by import: the types of `next` redeclare `process.env` for the whole repository.
const next: (options: { dev: boolean; dir: string }) => NextServer = createRequire(import.meta.url)('next');
const dir = fileURLToPath(new URL('next-app', import.meta.url));
const command = fileURLToPath(import.meta.resolve('next/dist/bin/next'));
// A folder for each run, so that two at once do not build over each other.
const built = `.next/${process.pid}`;
process.env.ARGUS_NEXT_FOLDER = built;
process.env.NEXT_TELEMETRY_DISABLED = '1';

// The real Next.js: the app of `next-app` as `next build` makes it, answered by Next.js's own server.
adapterContract('Next.js', serve, { hidesRepeatedLines: true });

async function serve(app: ContractApp): Promise<Listening> {
  await promisify(execFile)(process.execPath, [command, 'build', dir]);
  Object.assign(globalThis, { argusContract: app });
  const server = next({ dev: false, dir });
  await server.prepare();
  const http = await listening(server.getRequestHandler());
  return {
    port: http.port,
    [Symbol.asyncDispose]: async () => {
      await http[Symbol.asyncDispose]();
      await server.close();
      await rm(`${dir}/${built}`, { recursive: true, force: true });
    },
  };
}
