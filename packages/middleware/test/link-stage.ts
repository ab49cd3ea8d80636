import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pass } from 'node:timers/promises';
import { cookieNames, type ServicePermission } from '@argus/contract';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer, type TestServerOptions } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { type Argus, type ArgusOptions, connectArgus, type Protection, protect } from '../src/index.ts';

export const issuer = 'http://localhost:8100';
export const password = 'correct horse battery staple';

export function openArgus(options: TestServerOptions = {}): Promise<TestServer> {
  return startTestServer({ ...options, parts: { passwords: cheapPasswords, ...options.parts } });
}

export async function operatorHeaders(server: TestServer): Promise<Readonly<Record<string, string>>> {
  return { authorization: `Bearer ${(await readFile(server.operatorKeyFile, 'utf8')).trim()}` };
}

export interface Registered {
  readonly id: string;
  readonly serviceKey: KeyObject;
}

/** A service with a key of its own. */
export async function registerService(
  server: TestServer,
  id: string,
  options: { readonly permissions?: readonly ServicePermission[]; readonly tenant?: string } = {},
): Promise<Registered> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const headers = await operatorHeaders(server);
  const { tenant = 'default', permissions } = options;
  const agent = userAgent(server);
  const asked = { headers, params: { id }, query: { tenant } };
  const declared = await agent.call('adminDeclareService', { ...asked, body: { permissions } });
  const jwk = publicKey.export({ format: 'jwk' });
  const added = await agent.call('adminAddServiceKey', { ...asked, body: { publicKey: jwk } });
  if (declared.status !== 200 || added.status !== 201)
    throw new Error(`the service could not be registered: ${JSON.stringify([declared.body, added.body])}`);
  return { id, serviceKey: privateKey };
}

/** The link of an application, on the server's clock. */
export function linkTo(
  server: TestServer,
  { serviceKey }: Registered,
  options: Partial<ArgusOptions> = {},
): Argus {
  return connectArgus({ issuer, argusUrl: server.url, serviceKey, clock: server.clock, ...options });
}

export function guardWith(server: TestServer, argus: Argus): Protection {
  return protect({ issuer, jwksUrl: `${server.url}/.well-known/jwks.json`, clock: server.clock, argus });
}

export interface SignedIn {
  readonly browser: UserAgent;
  readonly userId: string;
  readonly sessionId: string;
  /** As a browser would send it with its cookie. */
  request(): Request;
}

let people = 0;

export async function signedIn(
  server: TestServer,
  headers: Readonly<Record<string, string>> = {},
): Promise<SignedIn> {
  people += 1;
  const email = `linked-${people}@example.org`;
  const browser = userAgent(server, headers);
  await browser.call('signUp', { body: { email, password } });
  const { status, body } = await browser.call('signIn', { body: { identifier: email, password } });
  if (status !== 200) throw new Error(`sign-in answered ${status}`);
  const cookie = `${cookieNames.access}=${browser.cookies.get(cookieNames.access)}`;
  return {
    browser,
    userId: body.user.id,
    sessionId: body.session.id,
    request: () => new Request('http://app.example/notes', { headers: { cookie } }),
  };
}

/** Wait until something is so; ten seconds at most, or the test has found a fault. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const patienceMs = 10_000;
  for (const begun = performance.now(); performance.now() - begun < patienceMs; await pass(5))
    if (await isSo()) return;
  throw new Error(`it never came about that ${what}`);
}

export function untilLive(argus: Argus): Promise<void> {
  return until(() => argus.state().feed === 'live', `the feed is live (${JSON.stringify(argus.state())})`);
}
