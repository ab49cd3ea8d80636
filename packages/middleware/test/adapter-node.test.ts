import type { RequestListener } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { nodeProtection, type ProtectedListener, personOf } from '../src/adapters/node.ts';
import { protect } from '../src/index.ts';
import { adapterContract } from './adapter-contract.ts';
import { slowly } from './contract-app.ts';
import { type ContractApp, demands, dressed } from './contract-routes.ts';
import { listening } from './fake-issuer.ts';

adapterContract('node:http', (app) => listening(listenerOf(app)));

function listenerOf(app: ContractApp): RequestListener {
  const doorOf = (name: keyof ContractApp['options']) =>
    nodeProtection(protect(app.options[name]), {
      onRefused: app.onRefused,
      onFault: (fault) => app.faults.push(fault),
    });
  const main = doorOf('main');
  const me: ProtectedListener = async ({ argus }, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(await app.me(argus)));
  };
  const stream: ProtectedListener = async (_request, response) => {
    app.reached();
    response.writeHead(202, dressed);
    for await (const chunk of slowly()) response.write(chunk);
    response.end();
  };
  const inner: Record<string, ProtectedListener> = {
    '/app/api/me': me,
    '/app/api/echo': (request, response) => pipeline(request, response),
    '/app/api/stream': stream,
    '/app/api/fault': (request, response) => {
      response.setHeader('x-user', personOf(request).userId);
      throw new Error(app.secret);
    },
  };
  for (const [name, demand] of Object.entries(demands)) inner[`/app/api/${name}`] = main.guard(demand)(me);
  const notFound: ProtectedListener = (_request, response) => response.writeHead(404).end();
  const api = main((request, response) => (inner[pathOf(request.url)] ?? notFound)(request, response));
  const doors: Record<string, RequestListener> = {
    '/down/me': doorOf('down')(me),
    '/broken/me': doorOf('broken')(me),
    '/nonce/stream': doorOf('nonce')(stream),
    '/open': (_request, response) => void response.end('open'),
  };
  return (request, response) => {
    const path = pathOf(request.url);
    const found = path.startsWith('/app/api/') ? api : doors[path];
    if (found === undefined) response.writeHead(404).end();
    else found(request, response);
  };
}

function pathOf(url = ''): string {
  return url.split('?')[0] ?? '';
}
