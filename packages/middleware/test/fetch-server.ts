import { getRequestListener } from '@hono/node-server';
import { type Listening, listening } from './fake-issuer.ts';

/** Serves a fetch handler over HTTP by the bridge of Hono, which builds a standard `Request`. */
export function fetchListening(
  handler: (request: Request) => Response | Promise<Response>,
): Promise<Listening> {
  const listener = getRequestListener(handler);
  return listening((request, response) => void listener(request, response));
}
