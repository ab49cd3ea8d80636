import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayContractApp } from './gateway-contract-app.ts';
import { openStage } from './gateway-stage.ts';
import { nextListening } from './next-build.ts';

test('a session in Next.js is renewed once for proxy and route and many requests, and goes on', async () => {
  await using stage = await openStage();
  const { gateway, origin } = stage.app;
  const app: Partial<GatewayContractApp> = {
    gateway,
    onRefused: () => undefined,
    activity: { record: () => undefined },
    who: (principal) => ({ user: principal?.userId ?? null }),
  };
  await using server = await nextListening(new URL('next-gateway-app/', import.meta.url), {
    argusGatewayContract: app,
  });
  const me = `http://127.0.0.1:${server.port}/site/me`;
  const browser = stage.browser();
  // Signed in at the Express application of the same gateway; cookies do not tell ports apart.
  assert.equal((await browser.visit(`${origin}/me`)).status, 200);

  for (const round of [1, 2, 3]) {
    stage.argus.clock.advance(4.5 * 60_000);
    const others = Array.from({ length: 10 }, () => browser.copy());
    const answers = await Promise.all([browser, ...others].map((each) => each.call(me)));
    const users = await Promise.all(answers.map(async (answer) => (await answer.json()).user));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(new Set(users).size, 1);
    assert.equal(answers[0]?.headers.get('cache-control'), 'no-store');
    const { refreshes, refreshesRefused } = gateway.state();
    assert.deepEqual({ refreshes, refreshesRefused }, { refreshes: round, refreshesRefused: 0 });
  }
  assert.equal((await stage.browser().call(me)).status, 401);
});
