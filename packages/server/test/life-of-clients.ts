import type { ServerResponse } from 'node:http';
import { deliverLogouts, generousLimits } from '@argus/server';
import { fakeClock } from '@argus/testing';
import type { TestServer, TestServerOptions } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { type HostileProvider, openHostileProvider } from './hostile-provider.ts';
import { heldSecrets, tapWire } from './life-secrets.ts';
import {
  type Applications,
  asPerson,
  asService,
  createClient,
  hardened,
  onDevices,
  signInFor,
} from './life-with-clients.ts';
import { throughProvider } from './life-with-providers.ts';
import { withServices } from './life-with-services.ts';
import { type LogoutReceiver, listenForLogouts } from './logout-receiver.ts';
import { type Holder, newHolder, signInAgain } from './oauth-holders.ts';
import { openProvider } from './oauth-stage.ts';
import { withKey } from './stage.ts';

export interface LifeOfClients extends AsyncDisposable {
  readonly server: TestServer;
  readonly startedAt: number;
  readonly person: Holder;
  readonly administrator: Pick<Holder, 'browser' | 'email'>;
  readonly applications: Applications;
  /** Everything that must never be read in a log. */
  readonly secrets: readonly string[];
  /** What they went over the wire as. */
  readonly names: ReadonlySet<string>;
}

const day = 86_400_000;
const api = 'https://lively.example/api';

/**
 * Everything that can happen between applications, the people who use them and the providers that people come from,
 * once: declared, used, stolen from, told of an end, and taken away.
 */
export async function playClients(options: TestServerOptions = {}): Promise<LifeOfClients> {
  const stack = new AsyncDisposableStack();
  using wire = tapWire();
  // Foreign providers live by the real clock.
  const clock = fakeClock(Math.floor(Date.now() / 1000) * 1000);
  const parts = { limits: generousLimits, ...options.parts };
  const server = stack.use(await openProvider({ clock, ...options, parts }));
  const startedAt = clock.now();
  const [idp, hearing, deaf] = await openOthers(stack);
  const administrator = await newAdministrator(server);
  const person = await newHolder(server);
  const applications = await declareAll(administrator.browser, { idp, hearing, deaf });
  clock.advanceTo(Math.max(clock.now(), Date.now()));
  await throughProvider(server, idp, person);
  await asPerson(server, applications, person);
  await asService(server, applications, person);
  await hardened(server, administrator.browser, person);
  await onDevices(server, person);
  await withServices(server, administrator.browser);
  await takeAway(server, administrator.browser, person);
  await signOut(server, applications);
  const rotation = { headers: await withKey(server), body: { emergency: true } };
  await userAgent(server).call('adminRotateKeys', rotation);
  const secrets = [...wire.heard, ...(await heldSecrets(server))];
  const { names } = wire;
  const those = { server, startedAt, person, administrator, applications, secrets, names };
  return { ...those, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function openOthers(stack: AsyncDisposableStack) {
  const answering = (status: number) => (_heard: unknown, response: ServerResponse) =>
    void response.writeHead(status).end();
  return [
    stack.use(await openHostileProvider()),
    stack.use(await listenForLogouts(answering(200))),
    stack.use(await listenForLogouts(answering(500))),
  ] as const;
}

async function newAdministrator(server: TestServer): Promise<Holder> {
  const holder = await newHolder(server);
  const { browser, email, userId } = holder;
  await server.argus.services.store.pool.query("UPDATE users SET roles = '{admin}' WHERE id = $1", [userId]);
  await signInAgain(browser, email);
  return holder;
}

interface Others {
  readonly idp: HostileProvider;
  readonly hearing: LogoutReceiver;
  readonly deaf: LogoutReceiver;
}

/** Declare everything, as an administrator does. */
async function declareAll(administrator: UserAgent, { idp, hearing, deaf }: Others): Promise<Applications> {
  const resource = { id: api, name: 'Lively things', scopes: ['lively.read'] };
  await administrator.call('adminDeclareResource', { body: resource });
  const web = { resources: [api], scopes: ['openid', 'profile', 'lively.read'] };
  await createClient(administrator, 'lively', { ...web, backchannelLogoutUri: hearing.uri() });
  const params = { id: 'lively' };
  const { body } = await administrator.call('adminNewClientSecret', { params });
  await administrator.call('adminChangeClient', { params, body: { name: 'Livelier' } });
  const grantTypes = ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'];
  const service = { redirectUris: [], grantTypes, resources: [api], scopes: ['lively.read'] };
  await createClient(administrator, 'tv', {
    type: 'public',
    redirectUris: [],
    grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  });
  await administrator.call('adminDeclareProvider', {
    params: { id: 'upstream' },
    body: {
      name: 'Upstream',
      issuer: idp.issuer,
      clientId: 'argus',
      clientSecret: 'what Upstream gave to Argus',
    },
  });
  return {
    lively: { id: 'lively', secret: body.secret },
    deaf: await createClient(administrator, 'deaf', { backchannelLogoutUri: deaf.uri() }),
    service: await createClient(administrator, 'service', { ...service, mayIntrospect: true }),
  };
}

/** Clients that are switched off and removed while they hold something; a resource and a provider that go. */
async function takeAway(server: TestServer, administrator: UserAgent, person: Holder): Promise<void> {
  const params = { id: 'brief' };
  const brief = await createClient(administrator, 'brief', {});
  await signInFor(server, person, { client: brief });
  for (const status of ['disabled', 'active'])
    await administrator.call('adminChangeClient', { params, body: { status } });
  await signInFor(server, person, { client: brief });
  await administrator.call('adminRemoveClient', { params });
  const resource = { id: 'https://brief.example/api', scopes: [] };
  await administrator.call('adminDeclareResource', { body: resource });
  await administrator.call('adminRemoveResource', { query: { id: resource.id } });
  await administrator.call('adminRemoveProvider', { params: { id: 'upstream' } });
}

/** A session ends under two clients: one hears of it, the other never will. */
async function signOut(server: TestServer, { lively, deaf }: Applications): Promise<void> {
  const leaving = await newHolder(server);
  for (const client of [lively, deaf]) await signInFor(server, leaving, { client });
  await leaving.browser.call('endSession');
  const { services } = server.argus;
  await deliverLogouts(services);
  server.clock.advance(day + 3_600_000);
  await deliverLogouts(services);
}
