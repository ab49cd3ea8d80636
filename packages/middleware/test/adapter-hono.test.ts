import { Hono } from 'hono';
import { honoProtection, type ProtectedEnv } from '../src/adapters/hono.ts';
import { protect } from '../src/index.ts';
import { adapterContract } from './adapter-contract.ts';
import { type ContractApp, demands } from './contract-routes.ts';
import { fetchListening } from './fetch-server.ts';

adapterContract('Hono', (app) => {
  const hono = honoApp(app);
  return fetchListening((request) => hono.fetch(request));
});

function honoApp(app: ContractApp): Hono {
  const doorOf = (name: keyof ContractApp['options']) =>
    honoProtection(protect(app.options[name]), { onRefused: app.onRefused });
  const main = doorOf('main');
  const stream = () => app.stream();
  // An app of its own under the prefix.
  const api = new Hono<ProtectedEnv>();
  api.use(main);
  api.all('/me', async (c) => c.json(await app.me(c.get('argus'))));
  for (const [name, demand] of Object.entries(demands)) {
    api.get(`/${name}`, main.guard(demand), async (c) => c.json(await app.me(c.get('argus'))));
  }
  api.post('/echo', (c) => new Response(c.req.raw.body));
  api.get('/stream', stream);
  api.get('/fault', () => {
    throw new Error(app.secret);
  });
  const server = new Hono();
  server.route('/app/api', api);
  server.get('/down/me', doorOf('down'), async (c) => c.json(await app.me(c.get('argus'))));
  server.get('/broken/me', doorOf('broken'), stream);
  server.get('/nonce/stream', doorOf('nonce'), stream);
  server.get('/open', (c) => c.text('open'));
  server.onError((fault, c) => {
    app.faults.push(fault);
    return c.json({ code: 'fault' }, 500);
  });
  return server;
}
