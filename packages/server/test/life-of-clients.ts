import type { ClientId, TenantId, UserId } from '@argus/contract';
import { startGrant } from '@argus/core';
import { liveSessionsOfUser } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';

/**
 * What an administrator does with clients, resources and providers, and a person who lets one in and regrets it.
 * Answers the secrets that were made or told on the way.
 */
export async function playClients(
  server: TestServer,
  { administrator, person }: { readonly administrator: UserAgent; readonly person: UserAgent },
): Promise<string[]> {
  const params = { id: 'lively' };
  const client = {
    id: 'lively',
    name: 'Lively',
    type: 'confidential',
    redirectUris: ['https://lively.example/cb'],
  };
  const created = await administrator.call('adminCreateClient', { body: client });
  const renewed = await administrator.call('adminNewClientSecret', { params });
  for (const change of [{ name: 'Livelier' }, { status: 'disabled' }, { status: 'active' }])
    await administrator.call('adminChangeClient', { params, body: change });
  await letIn(server, person);
  await person.call('withdrawConsent', { params: { clientId: 'lively' } });
  await administrator.call('adminRemoveClient', { params });
  const resource = { id: 'https://lively.example/api', scopes: ['lively.read'] };
  await administrator.call('adminDeclareResource', { body: resource });
  await administrator.call('adminRemoveResource', { query: { id: resource.id } });
  const clientSecret = 'what the provider gave to Argus';
  const provider = { name: 'Lively', issuer: 'https://idp.lively.example', clientId: 'argus', clientSecret };
  await administrator.call('adminDeclareProvider', { params, body: provider });
  await administrator.call('adminRemoveProvider', { params });
  return [created.body.secret, renewed.body.secret, clientSecret];
}

/** A consent and a grant, as the authorization endpoint leaves them. */
async function letIn(server: TestServer, person: UserAgent): Promise<void> {
  const { store, clock, random } = server.argus.services;
  // Brands over text: the answer and the test name them.
  const [tenant, clientId] = ['default' as TenantId, 'lively' as ClientId];
  const userId: UserId = (await person.call('getSession')).body.user.id;
  const now = clock.now();
  const { items } = await liveSessionsOfUser(store.pool, tenant, { userId, limit: 1, now });
  const [held] = items;
  if (!held) throw new Error('the person is not signed in');
  const id = random.uuid() as Parameters<typeof startGrant>[0]['id'];
  const { session } = held;
  const named = {
    id,
    secret: random.bytes(32),
    sessionId: session.id,
    clientId,
    scope: ['openid'],
    ip: session.ip,
    userAgent: session.userAgent,
  };
  const consent = { userId, clientId, scope: ['openid'], grantedAt: now, expiresAt: null };
  await store.commit({
    tenant,
    changes: [
      { kind: 'give-consent', consent },
      { kind: 'create-grant', grant: startGrant(named, session, now) },
    ],
    events: [],
  });
}
