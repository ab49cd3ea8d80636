import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayAdapterContract, type Run } from './gateway-adapter-contract.ts';
import type { GatewayContractApp } from './gateway-contract-app.ts';
import { nextListening } from './next-build.ts';
import { json } from './plain-client.ts';

// The real Next.js, built and served: the gateway in its `proxy.ts`, sessions in its route handlers.
gatewayAdapterContract(
  'Next.js',
  (app) =>
    nextListening(new URL('next-gateway-app/', import.meta.url), { argusGatewayContract: counted(app) }),
  { prefix: '/site', more: ofComponents },
);

let made = 0;

/** The app asks for the gateway where it would make one. */
function counted(app: GatewayContractApp): GatewayContractApp {
  return {
    ...app,
    get gateway() {
      made++;
      return app.gateway;
    },
  };
}

function ofComponents(run: Run): void {
  test('who is signed in is told from headers alone, which is what a server component has', async () => {
    const { ask } = run();
    assert.deepEqual(json(await ask('/current', ['cookie', 'who=ada'])), { user: 'ada' });
    assert.deepEqual(json(await ask('/current')), { user: null });
  });

  test('proxy, routes and components share one gateway, or one of them would use up the cookies of another', async () => {
    const { ask } = run();
    for (const path of ['/who', '/me', '/current']) await ask(path, ['cookie', 'who=ada']);
    assert.equal(made, 1);
  });
}
