import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connectArgus } from '@argus/middleware';
import { createNotesApp } from './app.ts';
import { behindGateway, loadPage } from './page-files.ts';

export interface NotesPlace {
  readonly issuer: string;
  readonly port: number;
  readonly clientSecret: string;
  readonly cookieSecret: string;
  /** The private half of a key of the service `notes`; without it Notes hears of ends when it renews a token. */
  readonly serviceKey?: JsonWebKey;
}

/** Start the application on loopback; browsers see it as `http://localhost:{port}`. */
export async function startNotes({ port, serviceKey, ...place }: NotesPlace): Promise<Server> {
  const { issuer } = place;
  const page = await loadPage(behindGateway(issuer));
  const argus = serviceKey && connectArgus({ issuer, serviceKey });
  const origin = `http://localhost:${port}`;
  const app = createNotesApp({ ...place, ...(argus && { argus }), origin, page, now: () => Date.now() });
  const server = createServer(app);
  server.once('close', () => void argus?.close());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  return server;
}

if (import.meta.main) {
  const { ARGUS_ISSUER, CLIENT_SECRET, COOKIE_SECRET, SERVICE_KEY_FILE, PORT = '8200' } = process.env;
  const issuer = ARGUS_ISSUER ?? 'http://localhost:8100';
  if (!CLIENT_SECRET || !COOKIE_SECRET) throw new Error('CLIENT_SECRET and COOKIE_SECRET are needed.');
  const secrets = { clientSecret: CLIENT_SECRET, cookieSecret: COOKIE_SECRET };
  const serviceKey = SERVICE_KEY_FILE && JSON.parse(readFileSync(SERVICE_KEY_FILE, 'utf8'));
  await startNotes({ issuer, port: Number(PORT), ...secrets, ...(serviceKey && { serviceKey }) });
  console.log(`Notes on http://localhost:${PORT}, signing people in at ${issuer}.`);
}
