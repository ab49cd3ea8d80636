import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { AuditEventType, ClientId, ClientStatus, TenantId } from '@argus/contract';
import { auditEvents } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  askToken,
  authorizationUrl,
  basic,
  browserOf,
  callback,
  issuerOf,
  pkce,
  travel,
} from './oauth-stage.ts';
import { tenant as first, password } from './stage.ts';

/** A person who is signed in at Argus. */
export interface Holder {
  readonly email: string;
  readonly browser: UserAgent;
  readonly userId: string;
  readonly sessionId: string;
}

let holders = 0;

export async function newHolder(server: TestServer): Promise<Holder> {
  holders += 1;
  const email = `holder-${holders}@example.org`;
  const browser = browserOf(server);
  await browser.call('signUp', { body: { email, password, name: `Holder ${holders}` } });
  return { email, browser, ...(await signInAgain(browser, email)) };
}

export async function signInAgain(browser: UserAgent, email: string) {
  const { body } = await browser.call('signIn', { body: { identifier: email, password } });
  return { userId: body.user.id as string, sessionId: body.session.id as string };
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

interface LetIn {
  readonly scope?: string;
  readonly resource?: string;
  /** Bound to this key when given. */
  readonly key?: DpopKey;
}

/** What a client is given when the person lets it in. */
export async function letIn(
  server: TestServer,
  { browser }: Pick<Holder, 'browser'>,
  clientId: string,
  { scope = 'openid profile email', resource, key }: LetIn = {},
): Promise<Tokens> {
  const { verifier, challenge } = pkce();
  const { url, page } = await travel(
    browser,
    authorizationUrl(server, clientId, { scope, resource, code_challenge: challenge }),
  );
  const fields = {
    grant_type: 'authorization_code',
    code: url?.searchParams.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: verifier,
  };
  const client = await server.argus.services.clients.find(clientId);
  const isPublic = client?.settings.type === 'public';
  const headers = {
    ...(isPublic ? {} : basic(clientId)),
    ...(key ? { dpop: key.prove(server, { path: '/oauth/token' }) } : {}),
  };
  const { status, body } = await askToken(
    server,
    isPublic ? { ...fields, client_id: clientId } : fields,
    headers,
  );
  if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)} ${url} ${page.slice(0, 300)}`);
  return body;
}

/** Whatever an endpoint of OAuth answered. */
export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of many shapes
  readonly body: any;
}

export type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** Post parameters as a client does. */
export async function say(
  server: TestServer,
  path: string,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const pairs = Array.isArray(fields) ? [...fields] : Object.entries(fields);
  const response = await fetch(new URL(path, issuerOf(server)), {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString(),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

export function introspectAs(
  server: TestServer,
  clientId: string,
  token: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Said> {
  return say(server, '/oauth/introspect', { token }, { ...basic(clientId), ...headers });
}

/** Whether a token is good to the client that it was issued to. */
export async function isActive(server: TestServer, clientId: string, token: string): Promise<boolean> {
  return (await introspectAs(server, clientId, token)).body.active;
}

export async function askUserInfo(
  server: TestServer,
  token: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const response = await fetch(new URL('/oauth/userinfo', issuerOf(server)), {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const text = await response.text();
  const body = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, body };
}

// biome-ignore lint/suspicious/noExplicitAny: claims of many shapes
export function claimsIn(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

// biome-ignore lint/suspicious/noExplicitAny: headers of many shapes
export function headerOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'));
}

/** The same token with one claim changed and the old signature. */
export function tamperedWith(token: string, claims: Readonly<Record<string, unknown>>): string {
  const [header = '', , signature = ''] = token.split('.');
  return `${header}.${encoded({ ...claimsIn(token), ...claims })}.${signature}`;
}

/** The same claims under another header, signed by nobody. */
export function unsigned(token: string): string {
  return `${encoded({ ...headerOf(token), alg: 'none' })}.${token.split('.')[1]}.`;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A client's key for DPoP (RFC 9449 §4.2). */
export interface DpopKey {
  readonly jkt: string;
  /** A proof for a request, with the server's nonce unless another one, or none, is wanted. */
  prove(
    server: TestServer,
    request: {
      readonly path: string;
      readonly method?: string;
      readonly accessToken?: string;
      readonly nonce?: string | null;
      readonly jti?: string;
    },
  ): string;
}

export function newDpopKey(): DpopKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return {
    jkt,
    prove(server, { path, method = 'POST', accessToken, nonce, jti = randomUUID() }) {
      const { clock, dpopNonces } = server.argus.services;
      const claims = {
        jti,
        htm: method,
        htu: `${issuerOf(server)}${path}`,
        iat: Math.floor(clock.now() / 1000),
        ...(nonce === null ? {} : { nonce: nonce ?? dpopNonces.current() }),
        ...(accessToken === undefined
          ? {}
          : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
      };
      return signed({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }, claims, privateKey);
    },
  };
}

function signed(header: object, claims: object, key: KeyObject): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** Events of one type, newest first. */
export async function eventsOf(server: TestServer, type: AuditEventType, tenant: TenantId = first) {
  const { items } = await auditEvents(server.argus.services.store.pool, tenant, { type, limit: 100 });
  return items;
}

export async function setClientStatus(
  server: TestServer,
  clientId: string,
  status: ClientStatus,
): Promise<void> {
  const { store, clock, clients } = server.argus.services;
  const change = {
    kind: 'set-client-status',
    clientId: clientId as ClientId,
    status,
    at: clock.now(),
  } as const;
  await store.commit({ tenant: first, changes: [change], events: [] });
  clients.forget();
}

export async function addTenant(server: TestServer, id: string): Promise<TenantId> {
  const { store, clock } = server.argus.services;
  const change = { kind: 'create-tenant', id, at: clock.now() } as const;
  await store.commit({ tenant: id, changes: [change], events: [] });
  return id as TenantId; // it was just made
}
