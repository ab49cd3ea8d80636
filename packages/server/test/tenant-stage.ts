import type { TenantId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { ownOrigin, type Person, password, signIn, withKey } from './stage.ts';

/** A tenant as the operator creates it. */
export async function newTenant(server: TestServer, id: string, settings: object = {}): Promise<TenantId> {
  const headers = await withKey(server);
  const created = await userAgent(server).call('adminCreateTenant', { headers, body: { id, ...settings } });
  if (created.status !== 201) throw new Error(`${id}: ${JSON.stringify(created.body)}`);
  return id as TenantId; // it was created under this name
}

/** Where people find the host of a tenant: as the installation, under another name. */
export function originAt(host: string): string {
  return ownOrigin.replace('localhost', host);
}

/** A browser that shows pages of a host; each host has cookies of its own. */
export function browserAt(server: TestServer, host: string, cookies = new Map<string, string>()): UserAgent {
  const origin = originAt(host);
  return userAgent(server, { host: new URL(origin).host, origin }, cookies);
}

/** Somebody who signed up at a host and has just signed in there. */
export async function someoneAt(server: TestServer, host: string, email: string): Promise<Person> {
  const browser = browserAt(server, host);
  await browser.call('signUp', { body: { email, password } });
  return { browser, email, ...(await signIn(browser, email)) };
}
