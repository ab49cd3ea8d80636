import { Hono } from 'hono';
import { accessTokenOf, type GatewayEnv, honoGateway } from '../src/adapters/hono-gateway.ts';
import { fetchListening } from './fetch-server.ts';
import { gatewayAdapterContract } from './gateway-adapter-contract.ts';
import type { GatewayContractApp } from './gateway-contract-app.ts';

gatewayAdapterContract('Hono', (app) => {
  const hono = honoApp(app);
  return fetchListening((request) => hono.fetch(request));
});

function honoApp(app: GatewayContractApp): Hono<GatewayEnv> {
  const session = honoGateway(app.gateway, { activity: app.activity, onRefused: app.onRefused });
  const server = new Hono<GatewayEnv>();
  server.use(session);
  server.get('/who', (c) => c.json(app.who(c.get('argus'))));
  server.all('/me', session.guard({}), (c) => c.json(app.who(c.get('argus'))));
  server.get('/token', session.guard({}), (c) => c.text(accessTokenOf(c)));
  server.get('/role', session.guard({ roles: 'owner' }), (c) => {
    app.reached();
    return c.body(null);
  });
  server.get('/dressed', () => app.dressed());
  server.get('/moved', (c) => c.redirect('/elsewhere'));
  server.post('/echo', (c) => new Response(c.req.raw.body));
  server.get('/fault', () => {
    throw new Error(app.secret);
  });
  server.all('/auth/sign-in', (c) => {
    app.reached();
    return c.body(null);
  });
  server.onError((fault, c) => {
    app.faults.push(fault);
    return c.json({ code: 'fault' }, 500);
  });
  return server;
}
