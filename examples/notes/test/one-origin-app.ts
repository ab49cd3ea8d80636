import { protect } from '@argus/middleware';
import { expressProtection } from '@argus/middleware/express';
import express, { type Express } from 'express';
import { notesApi, problem, refuseBrokenBody } from '../src/notes-api.ts';
import { type PageFiles, pageRoutes } from '../src/page-files.ts';
import { forwardToArgus } from './proxy.ts';

export interface OneOriginOptions {
  readonly issuer: string;
  /** Where Argus listens, as seen from here. */
  readonly argusUrl: string;
  readonly origin: string;
  readonly page: PageFiles;
  readonly now: () => number;
}

/**
 * Notes on Argus's own origin, with Argus's own cookies and behind `protect`: what the browser client, passkeys on
 * one's own page and the binding of cookies to a device are tried on.
 */
export function createOneOriginApp({ issuer, argusUrl, origin, page, now }: OneOriginOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(forwardToArgus(argusUrl));
  app.use(pageRoutes(page));
  const guard = expressProtection(
    protect({
      issuer,
      allowedOrigins: [origin],
      jwksUrl: `${argusUrl}/.well-known/jwks.json`,
      clock: { now },
    }),
  );
  app.use('/notes', guard, notesApi(guard.guard, now));
  app.use((_request, response) => void problem(response, 404, 'There is nothing here.'));
  app.use(refuseBrokenBody);
  return app;
}
