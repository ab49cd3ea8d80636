import { nextGateway } from '@argus/middleware/next-gateway';
import type { GatewayContractApp } from '../gateway-contract-app.ts';

/** As in `next-app`: the test leaves here what the app is made of. */
const left = globalThis as { argusGatewayContract?: GatewayContractApp };

export function contractApp(): GatewayContractApp {
  if (left.argusGatewayContract === undefined) throw new Error('this app runs inside its test only');
  return left.argusGatewayContract;
}

export const withSession = nextGateway(() => contractApp().gateway, {
  basePath: '/site',
  onRefused: (refusal) => contractApp().onRefused(refusal),
  activity: { record: (request) => contractApp().activity.record(request) },
});
