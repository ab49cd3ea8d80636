import type { RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import {
  accessTokenOf,
  type GatewayMessage,
  nodeGateway,
  type SignedInMessage,
} from '../src/adapters/node-gateway.ts';
import { listening } from './fake-issuer.ts';
import { gatewayAdapterContract } from './gateway-adapter-contract.ts';
import { chunks, type GatewayContractApp, ownCookies } from './gateway-contract-app.ts';

gatewayAdapterContract('node:http', (app) => listening(listenerOf(app)));

type Listener = (request: GatewayMessage, response: ServerResponse) => unknown;

function listenerOf(app: GatewayContractApp): RequestListener {
  const session = nodeGateway(app.gateway, {
    onRefused: app.onRefused,
    activity: app.activity,
    onFault: (fault) => app.faults.push(fault),
  });
  const who = ({ argus }: GatewayMessage | SignedInMessage, response: ServerResponse) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(app.who(argus)));
  const routes: Record<string, Listener> = {
    '/who': who,
    '/me': session.guard({})(who),
    '/token': session.guard({})((request, response) => response.end(accessTokenOf(request))),
    '/role': session.guard({ roles: 'owner' })(() => app.reached()),
    '/dressed': (_request, response) => {
      app.reached();
      response.writeHead(202, { 'cache-control': 'public', 'set-cookie': ownCookies });
      for (const chunk of chunks) response.write(chunk);
      response.end();
    },
    '/moved': (_request, response) => response.writeHead(302, ['location', '/elsewhere']).end(),
    '/echo': (request, response) => pipeline(request, response),
    '/fault': () => {
      throw new Error(app.secret);
    },
    '/auth/sign-in': () => app.reached(),
  };
  const notFound: Listener = (_request, response) => response.writeHead(404).end();
  return session((request, response) =>
    (routes[request.url?.split('?')[0] ?? ''] ?? notFound)(request, response),
  );
}
