import { createServer, type Server } from 'node:http';
import { createNotesApp } from './app.ts';
import { loadPage } from './page-files.ts';

export interface NotesPlace {
  readonly issuer: string;
  readonly argusUrl: string;
  readonly port: number;
}

/** Start the application on loopback; browsers see it as `http://localhost:{port}`. */
export async function startNotes({ issuer, argusUrl, port }: NotesPlace): Promise<Server> {
  const origin = `http://localhost:${port}`;
  const app = createNotesApp({ issuer, argusUrl, origin, page: await loadPage(), now: () => Date.now() });
  const server = createServer(app);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  return server;
}

if (import.meta.main) {
  const argusUrl = process.env.ARGUS_URL ?? 'http://localhost:8100';
  const port = Number(process.env.PORT ?? 8200);
  const issuer = process.env.ARGUS_ISSUER ?? argusUrl;
  await startNotes({ issuer, argusUrl, port });
  console.log(`Notes on http://localhost:${port}, behind Argus at ${argusUrl}.`);
}
