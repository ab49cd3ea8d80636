// Servers that write their logs as they do in earnest, play whole lives and then fault: `node log-stage.ts`. The
// secrets that must not be in the log go to the standard output.
import { generousLimits } from '@argus/server';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { play } from './life.ts';
import { type LifeOfClients, playClients } from './life-of-clients.ts';
import { heldSecrets, tapWire } from './life-secrets.ts';
import { codeFor, signInFor } from './life-with-clients.ts';
import { newDpopKey, say, signInAgain } from './oauth-holders.ts';
import { askToken, authorizationUrl, basic, pkce } from './oauth-stage.ts';
import { password } from './stage.ts';

const config = { logLevel: 'debug' };
await using server = await startTestServer({ parts: { limits: generousLimits }, config });
const { secrets } = await play(server);
await using clients = await playClients({ config });
using wire = tapWire();
await breakSignIn(server);
await breakClients(clients);
const held = [...(await heldSecrets(server)), ...(await heldSecrets(clients.server))];
console.log(JSON.stringify([...new Set([...secrets, ...clients.secrets, ...wire.heard, ...held])]));

/** A constraint that every new row breaks: PostgreSQL then quotes the whole row in its error. */
async function withBroken(
  at: TestServer,
  table: string,
  work: () => Promise<{ status: number }>,
): Promise<void> {
  const { pool } = at.argus.services.store;
  await pool.query(`ALTER TABLE ${table} ADD CONSTRAINT broken CHECK (tenant_id = '') NOT VALID`);
  const { status } = await work();
  if (status !== 500) throw new Error(`${table} did not break: ${status}`);
  await pool.query(`ALTER TABLE ${table} DROP CONSTRAINT broken`);
}

async function breakSignIn(at: TestServer): Promise<void> {
  const browser = userAgent(at);
  const identifier = 'fault@example.org';
  await browser.call('signUp', { body: { email: identifier, password } });
  await withBroken(at, 'passwords', () =>
    browser
      .call('signUp', { body: { email: 'another@example.org', password } })
      .catch(() => ({ status: 500 })),
  );
  for (const table of ['devices', 'grants', 'sessions'])
    await withBroken(at, table, () => userAgent(at).call('signIn', { body: { identifier, password } }));
  await browser.call('signIn', { body: { identifier, password } });
  await withBroken(at, 'audit_events', () => browser.call('refreshSession', { body: {} }));
  await withBroken(at, 'mails', () =>
    userAgent(at).call('signUp', { body: { email: identifier, password } }),
  );
}

async function breakClients({
  server: at,
  person,
  administrator,
  applications,
}: LifeOfClients): Promise<void> {
  const { lively, service } = applications;
  const proof = basic(lively.id, lively.secret);
  for (const { browser, email } of [person, administrator]) await signInAgain(browser, email);
  const asked = { code_challenge: pkce().challenge, scope: 'openid profile' };
  const push = (headers = {}) =>
    say(at, '/oauth/par', Object.fromEntries(authorizationUrl(at, lively.id, asked).searchParams), {
      ...proof,
      ...headers,
    });
  const { tokens } = await signInFor(at, person, { client: lively });
  const dpop = newDpopKey().prove(at, { path: '/oauth/par' });
  const sent = await codeFor(at, person, { client: lively });
  await withBroken(at, 'pushed_requests', push);
  await withBroken(at, 'marks', () => push({ dpop }));
  await withBroken(at, 'grants', () => askToken(at, sent, proof));
  await withBroken(at, 'authorization_codes', () => {
    const { pathname, search } = authorizationUrl(at, lively.id, asked);
    return person.browser.fetch(`${pathname}${search}`);
  });
  await withBroken(at, 'ended_tokens', () => say(at, '/oauth/revoke', { token: tokens.access_token }, proof));
  await withBroken(at, 'device_authorizations', () =>
    say(at, '/oauth/device_authorization', { client_id: 'tv', scope: 'openid' }),
  );
  await withBroken(at, 'audit_events', () =>
    askToken(at, { grant_type: 'client_credentials' }, basic(service.id, service.secret)),
  );
  const admin = administrator.browser;
  const client = {
    id: 'broken',
    name: 'Broken',
    type: 'confidential',
    redirectUris: ['https://broken.example/cb'],
  };
  await withBroken(at, 'clients', () => admin.call('adminCreateClient', { body: client }));
  const provider = { name: 'Broken', issuer: 'https://idp.broken.example', clientId: 'argus' };
  await withBroken(at, 'providers', () =>
    admin.call('adminDeclareProvider', {
      params: { id: 'broken' },
      body: { ...provider, clientSecret: 'what Broken gave to Argus' },
    }),
  );
  await withBroken(at, 'logout_deliveries', () => person.browser.call('endSession'));
}
