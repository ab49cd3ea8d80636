import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import { accessTokenOf, expressGateway } from '../src/adapters/express-gateway.ts';
import { listening } from './fake-issuer.ts';
import { gatewayAdapterContract } from './gateway-adapter-contract.ts';
import { chunks, type GatewayContractApp, ownCookies } from './gateway-contract-app.ts';

gatewayAdapterContract('Express', (app) => listening(expressApp(app)));

function expressApp(app: GatewayContractApp): express.Express {
  const session = expressGateway(app.gateway, { activity: app.activity, onRefused: app.onRefused });
  const who: express.RequestHandler = ({ argus }, response) => {
    response.json(app.who(argus?.kind === 'person' ? argus : null));
  };
  const server = express();
  server.use(session);
  server.get('/who', who);
  server.all('/me', session.guard({}), who);
  server.get('/token', session.guard({}), (request, response) => void response.send(accessTokenOf(request)));
  server.get('/role', session.guard({ roles: 'owner' }), () => app.reached());
  server.get('/dressed', async (_request, response) => {
    app.reached();
    // Replaces what was set before, as much middleware does.
    response.status(202).set('cache-control', 'public').setHeader('set-cookie', ownCookies);
    await pipeline(Readable.from(chunks), response);
  });
  server.get('/moved', (_request, response) => response.redirect('/elsewhere'));
  server.post('/echo', (request, response) => pipeline(request, response));
  server.get('/fault', () => {
    throw new Error(app.secret);
  });
  server.all('/auth/sign-in', () => app.reached());
  server.use(tellFault(app));
  return server;
}

function tellFault(app: GatewayContractApp): express.ErrorRequestHandler {
  return (fault, _request, response, _next) => {
    app.faults.push(fault);
    response.status(500).json({ code: 'fault' });
  };
}
