import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../src/services/clock.ts';
import { codeIn, type RunningCode, running } from './documented-code.ts';
import { clientSecret, cookieSecret, freePort, openStage, type Stage } from './gateway-stage.ts';

let stage: Stage;
let code: RunningCode;
let origin: string;
before(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  // The example runs on the machine's own time, so Argus must too.
  const standing = { advance: () => undefined, advanceTo: () => undefined };
  stage = await openStage({ clock: { ...systemClock, ...standing }, clientOrigin: origin });
  code = await running(await codeIn('../../docs/session-gateway.md'), {
    ARGUS_ISSUER: stage.issuer,
    CLIENT_SECRET: clientSecret,
    COOKIE_SECRET: cookieSecret,
    APP_ORIGIN: origin,
    PORT: String(port),
  });
});
after(async () => {
  await code?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

test('the example of the gateway’s guide runs as it stands: sign-in, a form, sign-out', async () => {
  const browser = stage.browser();
  const front = await browser.visit(origin);
  const [, link = ''] = /href="([^"]*)"/.exec(front.body) ?? [];
  const orders = await browser.visit(new URL(link, origin));
  assert.equal(String(orders.url), `${origin}/orders`);
  assert.match(orders.body, /"orders":\[\],"of":"[\w-]{36}"/);
  assert.equal((await browser.visit(origin)).body, 'Welcome back');
  const saved = await browser.submit(`${origin}/address`, { street: 'Peacock Lane 7' });
  assert.equal(saved.body, '{"saved":"Peacock Lane 7"}');
  assert.match((await browser.submit(`${origin}/auth/sign-out?everywhere`, {})).body, /Sign in/);
  const refused = await browser.call(`${origin}/orders`);
  assert.equal((await refused.json()).signInUrl, '/auth/sign-in?return_to=%2F');
});
