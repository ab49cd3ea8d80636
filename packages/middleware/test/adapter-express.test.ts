import { pipeline } from 'node:stream/promises';
import express from 'express';
import { expressProtection, principalOf } from '../src/adapters/express.ts';
import { protect } from '../src/index.ts';
import { adapterContract } from './adapter-contract.ts';
import { slowly } from './contract-app.ts';
import { type ContractApp, demands, dressed } from './contract-routes.ts';
import { listening } from './fake-issuer.ts';

adapterContract('Express', (app) => listening(expressApp(app)));

function expressApp(app: ContractApp): express.Express {
  const doorOf = (name: keyof ContractApp['options']) =>
    expressProtection(protect(app.options[name]), { onRefused: app.onRefused });
  const main = doorOf('main');
  const me: express.RequestHandler = async (request, response) => {
    response.json(await app.me(principalOf(request)));
  };
  const stream: express.RequestHandler = async (_request, response) => {
    app.reached();
    response.status(202).set(dressed);
    await pipeline(slowly(), response);
  };
  // A router of its own under the prefix: it sees paths without it.
  const api = express.Router();
  api.use(main);
  api.all('/me', me);
  for (const [name, demand] of Object.entries(demands)) api.get(`/${name}`, main.guard(demand), me);
  api.post('/echo', (request, response) => pipeline(request, response));
  api.get('/stream', stream);
  api.get('/fault', () => {
    throw new Error(app.secret);
  });
  const server = express();
  server.use('/app/api', api);
  server.get('/down/me', doorOf('down'), me);
  server.get('/broken/me', doorOf('broken'), (_request, response) => {
    app.reached();
    response.end();
  });
  server.get('/nonce/stream', doorOf('nonce'), stream);
  server.get('/open', (_request, response) => void response.send('open'));
  server.use(tellFault(app));
  return server;
}

function tellFault(app: ContractApp): express.ErrorRequestHandler {
  return (fault, _request, response, _next) => {
    app.faults.push(fault);
    response.status(500).json({ code: 'fault' });
  };
}
