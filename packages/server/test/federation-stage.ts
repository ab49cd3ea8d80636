import assert from 'node:assert/strict';
import type { ProviderId, ProviderSettings, TenantId } from '@argus/contract';
import { providerSettingsSchema } from '@argus/contract';
import { auditEvents } from '@argus/store';
import { fakeClock } from '@argus/testing';
import type { TestServer, TestServerOptions } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { sealProviderSecret } from '../src/flows/provider-secret.ts';
import { openStage, ownOrigin, tenant } from './stage.ts';

/** Foreign parties live by the real clock, so this server's begins there; it still stands until a test moves it. */
export function openFederationStage(options: TestServerOptions = {}): Promise<TestServer> {
  return openStage({ clock: fakeClock(Math.floor(Date.now() / 1000) * 1000), ...options });
}

export const upstreamSecret = 'a secret that the provider gave to Argus';

export interface Declared extends Partial<ProviderSettings> {
  readonly id: string;
  readonly issuer: string;
  readonly tenant?: TenantId;
  /** Null: Argus is a public client there. */
  readonly secret?: string | null;
}

/** Make a provider known to the server, as an administrator would. */
export async function declare(server: TestServer, declared: Declared): Promise<ProviderId> {
  const { id, tenant: of = tenant, secret = upstreamSecret, ...settings } = declared;
  const { services } = server.argus;
  const providerId = id as ProviderId; // a name like any other
  const sealedSecret =
    secret === null ? null : sealProviderSecret(services, { tenant: of, id: providerId }, secret);
  const provider = {
    id: providerId,
    tenant: of,
    settings: {
      ...providerSettingsSchema.parse({ name: `Provider ${id}`, clientId: 'argus', issuer: settings.issuer }),
      ...settings,
    },
    sealedSecret,
    changedAt: services.clock.now(),
  };
  const written = await services.store.commit({
    tenant: of,
    changes: [{ kind: 'declare-provider', provider }],
    events: [],
  });
  assert.ok(written.isCommitted);
  services.clients.forget();
  return providerId;
}

/** A second tenant of this server. */
export async function anotherTenant(server: TestServer, id = 'other'): Promise<TenantId> {
  const of = id as TenantId; // a name like any other
  const { store, clock } = server.argus.services;
  await store.commit({ tenant: of, changes: [{ kind: 'create-tenant', id, at: clock.now() }], events: [] });
  return of;
}

/** Begin by the API; where the browser would go. */
export async function begin(browser: UserAgent, provider: string, body: object = {}): Promise<string> {
  const reply = await browser.call('beginFederatedSignIn', { params: { provider }, body });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body.location;
}

/** The path of our own that a provider sends a browser back to. */
export function ownPath(location: string): string {
  const { origin, pathname, search } = new URL(location);
  assert.equal(origin, ownOrigin);
  return `${pathname}${search}`;
}

/** Come back as browsers do: a navigation that another site caused. */
export function comeBack(browser: UserAgent, location: string): Promise<Response> {
  const headers = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
  };
  return browser.fetch(ownPath(location), { headers });
}

export async function formTokenOn(browser: UserAgent, path: string): Promise<string> {
  return formTokenIn(await (await browser.fetch(path)).text());
}

export function formTokenIn(html: string): string {
  return /name="formToken" value="([^"]+)"/.exec(html)?.[1] ?? assert.fail('no form token');
}

export function hiddenIn(html: string, name: string): string | undefined {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1]?.replaceAll('&amp;', '&');
}

export function post(browser: UserAgent, path: string, fields: Record<string, string>): Promise<Response> {
  return browser.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
}

export async function sessionOf(browser: UserAgent) {
  const { status, body } = await browser.call('getSession');
  assert.equal(status, 200);
  return body;
}

/** Why the last journey was refused, as the audit log has it. */
export async function lastRefusal(server: TestServer, of: TenantId = tenant) {
  const { items } = await auditEvents(server.argus.services.store.pool, of, { limit: 100 });
  const refused = items.find(({ type }) => type === 'federation.refused');
  return { reason: refused?.reason, detail: refused?.details?.detail, event: refused };
}

export function newBrowser(server: TestServer): UserAgent {
  return userAgent(server);
}
