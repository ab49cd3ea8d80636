import assert from 'node:assert/strict';
import { oauthErrorSchema, registeredClientSchema } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { holdings } from './stage.ts';

export const metadata = { client_name: 'Stranger', redirect_uris: ['https://stranger.example/cb'] };

/** What a client hears that says this of itself, checked against the contract. */
export async function register(at: TestServer, said: unknown) {
  const response = await fetch(new URL('/oauth/register', at.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(said),
  });
  const body = await response.json();
  if (response.status === 201) registeredClientSchema.parse(body);
  else oauthErrorSchema.parse(body);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  return { status: response.status, headers: response.headers, body };
}

/** Refused with this error, and nothing written. */
export async function assertRefused(at: TestServer, said: unknown, error: string): Promise<void> {
  const before = await holdings(at);
  const { status, body } = await register(at, said);
  assert.equal(body.error, error, JSON.stringify(said));
  assert.ok(status >= 400 && status < 500);
  assert.deepEqual(await holdings(at), before, 'nothing may be written');
}
