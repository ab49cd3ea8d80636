import { type Argus, sessionGateway } from '@argus/middleware';
import { expressGateway } from '@argus/middleware/express-gateway';
import express, { type Express } from 'express';
import { notesApi, problem, refuseBrokenBody } from './notes-api.ts';
import { type PageFiles, pageRoutes } from './page-files.ts';

export interface NotesOptions {
  /** Argus's public origin. */
  readonly issuer: string;
  /** The origin under which browsers see this application. */
  readonly origin: string;
  /** What Argus knows this application by, as the client `notes`. */
  readonly clientSecret: string;
  readonly cookieSecret: string;
  /** The link to Argus: what ended there is over here within a second, and what people do here is reported. */
  readonly argus?: Argus;
  readonly page: PageFiles;
  readonly now: () => number;
}

/** Notes: an API and the page that uses it, behind the session gateway on a host of their own. */
export function createNotesApp({ page, now, ...place }: NotesOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // Before the gateway: what everybody gets needs no session.
  app.use(pageRoutes(page));
  // The page says when the person is there; that it asks for notes by itself proves nobody.
  const gateway = sessionGateway({ ...place, clientId: 'notes', activity: 'reported', clock: { now } });
  const session = expressGateway(gateway, place.argus ? { activity: place.argus.activity } : {});
  app.use(session);
  app.use('/notes', session.guard({}), notesApi(session.guard, now));
  app.use((_request, response) => void problem(response, 404, 'There is nothing here.'));
  app.use(refuseBrokenBody);
  return app;
}
