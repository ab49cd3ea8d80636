import { fetchGateway, type GatewayDoor, type GatewaySession } from '../src/adapters/fetch-gateway.ts';
import { fetchListening } from './fetch-server.ts';
import { gatewayAdapterContract } from './gateway-adapter-contract.ts';
import type { GatewayContractApp } from './gateway-contract-app.ts';

gatewayAdapterContract('fetch', (app) => fetchListening(handlerOf(app)));

type Handler = (request: Request, session: GatewaySession) => Response | Promise<Response>;

function handlerOf(app: GatewayContractApp): (request: Request) => Promise<Response> {
  const session = fetchGateway(app.gateway, { activity: app.activity, onRefused: app.onRefused });
  const who: Handler = (_request, { principal }) => Response.json(app.who(principal));
  const reached = () => {
    app.reached();
    return new Response();
  };
  const routes: Record<string, Handler> = {
    '/who': who,
    '/me': session.guard({})(who),
    '/token': session.guard({})((_request, { accessToken }) => new Response(accessToken())),
    '/role': session.guard({ roles: 'owner' })(reached),
    '/dressed': () => app.dressed(),
    '/moved': () => Response.redirect('http://127.0.0.1/elsewhere'),
    '/echo': (request) => new Response(request.body),
    '/fault': () => {
      throw new Error(app.secret);
    },
    '/auth/sign-in': reached,
  };
  const handler: Parameters<GatewayDoor<GatewaySession>>[0] = async (request, found) => {
    const route = routes[new URL(request.url).pathname];
    try {
      return (await route?.(request, found)) ?? new Response(null, { status: 404 });
    } catch (fault) {
      // An application whose faults are to keep the new cookies answers them within.
      app.faults.push(fault);
      return new Response(null, { status: 500 });
    }
  };
  const served = session(handler);
  return (request) => served(request).catch(() => new Response(null, { status: 500 }));
}
