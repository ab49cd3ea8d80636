import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import {
  type ClientId,
  type ClientSettingsInput,
  clientSettingsSchema,
  type TenantId,
} from '@argus/contract';
import type { Client, Resource } from '@argus/core';
import type { TestServer, TestServerOptions } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { tenant as first, openStage, password } from './stage.ts';

export const secretOfClients = 'a secret of at least thirty-two characters';
/** Where test clients wait for their answer; nobody listens there. */
export const callback = 'https://client.example/cb';

/** A server that listens where its issuer says: stock clients know nothing but that URL. */
export async function openProvider(options: TestServerOptions = {}): Promise<TestServer> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  return openStage({ ...options, config: { issuer, origins: [issuer], port, ...options.config } });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

export function issuerOf(server: TestServer): string {
  return server.argus.services.config.issuer;
}

/** Declare a client as an administrator would. A confidential one has `secretOfClients` unless it uses keys. */
export async function registerClient(
  server: TestServer,
  id: string,
  settings: Partial<ClientSettingsInput> & {
    readonly tenant?: TenantId;
    readonly source?: Client['source'];
  } = {},
): Promise<Client> {
  const { store, clock, random, secrets, clients } = server.argus.services;
  const { tenant = first, source = 'administrator', ...declared } = settings;
  const parsed = clientSettingsSchema.parse({
    name: `Application ${id}`,
    type: 'confidential',
    redirectUris: [callback],
    ...declared,
  });
  const hasSecret = parsed.type === 'confidential' && parsed.authMethod !== 'private_key_jwt';
  const client: Client = {
    id: id as ClientId, // the test names it
    tenant,
    status: 'active',
    settings: parsed,
    secretHash: hasSecret ? secrets.clientSecretHash(secretOfClients) : null,
    ownGrantId: random.uuid() as Client['ownGrantId'], // made as the name of one
    source,
    createdAt: clock.now(),
    changedAt: clock.now(),
  };
  const written = await store.commit({ tenant, changes: [{ kind: 'create-client', client }], events: [] });
  if (!written.isCommitted) throw new Error(`client ${id} could not be created`);
  clients.forget();
  return client;
}

export async function declareResource(server: TestServer, id: string, scopes: string[]): Promise<void> {
  const resource = { id, tenant: first, settings: { scopes } } as Resource; // the test names it
  const changes = [{ kind: 'declare-resource', resource } as const];
  await server.argus.services.store.commit({ tenant: first, changes, events: [] });
  server.argus.services.clients.forget();
}

/** A browser at this server's own origin. */
export function browserOf(server: TestServer): UserAgent {
  return userAgent({ url: issuerOf(server) }, { origin: issuerOf(server) });
}

/** PKCE values (RFC 7636 §4.1). */
export function pkce(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The URL that a client would send a browser to; parameters given as undefined are left out. */
export function authorizationUrl(
  server: TestServer,
  clientId: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): URL {
  const url = new URL('/oauth/authorize', issuerOf(server));
  const all = {
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid',
    state: 'state-of-the-client',
    code_challenge_method: 'S256',
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** What a person does on the pages of a request; by default whatever leads on. */
export interface Manners {
  readonly email?: string;
  readonly password?: string;
  readonly consent?: 'allow' | 'deny';
  readonly account?: 'continue' | 'other';
  /** The page where the person stops to do something else. */
  readonly stopsAt?: string;
}

/** Where a journey through our pages came out. */
export interface Arrived {
  /** The client's address with the answer; null when a page was the end. */
  readonly url: URL | null;
  readonly status: number;
  readonly page: string;
  /** The pages on the way, by their path. */
  readonly pages: readonly string[];
}

/** Follow redirects and fill in forms without any script, until the client or a dead end is reached. */
export async function travel(
  browser: UserAgent,
  from: URL | string,
  manners: Manners = {},
): Promise<Arrived> {
  const pages: string[] = [];
  let at = new URL(from);
  const { origin } = at;
  let response = await browser.fetch(`${at.pathname}${at.search}`);
  for (let step = 0; step < 20; step += 1) {
    const location = ledTo(response);
    if (location !== null) {
      const next = new URL(location, at);
      await response.body?.cancel();
      if (next.origin !== origin) return { url: next, status: response.status, page: '', pages };
      at = next;
      response = await browser.fetch(`${at.pathname}${at.search}`);
      continue;
    }
    const page = await response.text();
    pages.push(at.pathname);
    const form = at.pathname === manners.stopsAt ? null : formOf(page, manners);
    if (!form) return { url: null, status: response.status, page, pages };
    if (!form.action.startsWith('/')) return { url: withFields(form), status: response.status, page, pages };
    at = new URL(form.action, at);
    response = await post(browser, form.action, form.fields);
  }
  throw new Error(`no end after 20 steps: ${pages.join(' ')}`);
}

/** Where an answer leads by itself: a redirect, or a page that goes on. */
export function ledTo({ headers }: Response): string | null {
  return headers.get('location') ?? /^0;url=(.*)$/.exec(headers.get('refresh') ?? '')?.[1] ?? null;
}

/** Post a form as a browser does. */
export function post(
  browser: UserAgent,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Response> {
  return browser.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
}

interface FilledForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The form of a page that leads on, filled in; null when there is none or when it was refused already. */
function formOf(page: string, manners: Manners): FilledForm | null {
  if (page.includes('class="banner problem"')) return null;
  for (const [, attributes = '', body = ''] of page.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
    const action = unescaped(/action="([^"]*)"/.exec(attributes)?.[1] ?? '');
    const answers = answersOn(action, manners);
    if (answers) return { action, fields: { ...hiddenFields(body), ...answers } };
  }
  return null;
}

function answersOn(action: string, manners: Manners): Record<string, string> | null {
  switch (action) {
    case '/sign-in':
      return { identifier: manners.email ?? '', password: manners.password ?? password };
    case '/step-up':
      return { password: manners.password ?? password };
    case '/oauth/consent':
      return { decision: manners.consent ?? 'allow' };
    case '/oauth/account':
      return { decision: manners.account ?? 'continue' };
    default:
      return /^https?:/.test(action) ? {} : null;
  }
}

export function hiddenFields(form: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name) fields[unescaped(name)] = unescaped(/value="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  return fields;
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** A form that posts to the client, told as the URL that a query would be. */
function withFields({ action, fields }: FilledForm): URL {
  const url = new URL(action);
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url;
}

/** Ask the token endpoint, the client showing its secret by the basic scheme unless headers say otherwise. */
export async function askToken(
  server: TestServer,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of many shapes
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: any }> {
  const response = await fetch(new URL('/oauth/token', issuerOf(server)), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export function basic(clientId: string, secret = secretOfClients): { readonly authorization: string } {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
