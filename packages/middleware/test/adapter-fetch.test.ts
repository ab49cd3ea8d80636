import { fetchProtection, type ProtectedHandler } from '../src/adapters/fetch.ts';
import { protect } from '../src/index.ts';
import { adapterContract } from './adapter-contract.ts';
import { type ContractApp, demands } from './contract-routes.ts';
import { fetchListening } from './fetch-server.ts';

type Handler = (request: Request) => Response | Promise<Response>;

adapterContract('fetch', (app) => fetchListening(runtimeOf(app, handlerOf(app))));

function handlerOf(app: ContractApp): Handler {
  const doorOf = (name: keyof ContractApp['options']) =>
    fetchProtection(protect(app.options[name]), { onRefused: app.onRefused });
  const main = doorOf('main');
  const me: ProtectedHandler<Request, []> = async (_request, principal) =>
    Response.json(await app.me(principal));
  const stream = () => app.stream();
  const inner: Record<string, Handler> = {
    me: main(me),
    echo: main((request) => new Response(request.body)),
    stream: main(stream),
    fault: main(() => {
      throw new Error(app.secret);
    }),
  };
  for (const [name, demand] of Object.entries(demands)) inner[name] = main.guard(demand)(me);
  const doors: Record<string, Handler> = {
    '/down/me': doorOf('down')(me),
    '/broken/me': doorOf('broken')(me),
    '/nonce/stream': doorOf('nonce')(stream),
    '/open': () => new Response('open'),
  };
  const api = main((request) => (inner[pathOf(request).slice('/app/api/'.length)] ?? notFound)(request));
  return (request) => {
    const path = pathOf(request);
    return (path.startsWith('/app/api/') ? api : (doors[path] ?? notFound))(request);
  };
}

const notFound: Handler = () => new Response(null, { status: 404 });

function pathOf(request: Request): string {
  return new URL(request.url).pathname;
}

/** Runtimes answer 500 for what a handler throws, and tell their own log. */
function runtimeOf(app: ContractApp, handler: Handler): Handler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (fault) {
      app.faults.push(fault);
      return new Response(null, { status: 500 });
    }
  };
}
