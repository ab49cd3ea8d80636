import { createServer, type Server } from 'node:http';
import { createNotesApp } from './app.ts';
import { behindGateway, loadPage } from './page-files.ts';

export interface NotesPlace {
  readonly issuer: string;
  readonly port: number;
  readonly clientSecret: string;
  readonly cookieSecret: string;
}

/** Start the application on loopback; browsers see it as `http://localhost:{port}`. */
export async function startNotes({ port, ...place }: NotesPlace): Promise<Server> {
  const page = await loadPage(behindGateway(place.issuer));
  const app = createNotesApp({ ...place, origin: `http://localhost:${port}`, page, now: () => Date.now() });
  const server = createServer(app);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  return server;
}

if (import.meta.main) {
  const { ARGUS_ISSUER, CLIENT_SECRET, COOKIE_SECRET, PORT = '8200' } = process.env;
  const issuer = ARGUS_ISSUER ?? 'http://localhost:8100';
  if (!CLIENT_SECRET || !COOKIE_SECRET) throw new Error('CLIENT_SECRET and COOKIE_SECRET are needed.');
  await startNotes({ issuer, port: Number(PORT), clientSecret: CLIENT_SECRET, cookieSecret: COOKIE_SECRET });
  console.log(`Notes on http://localhost:${PORT}, signing people in at ${issuer}.`);
}
