import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { type Holder, letIn, newHolder } from './oauth-holders.ts';
import {
  authorizationUrl,
  browserOf,
  issuerOf,
  openProvider,
  pkce,
  registerClient,
  travel,
} from './oauth-stage.ts';

let server: TestServer;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'stranger', { source: 'registration' });
  await registerClient(server, 'app');
});
after(() => server[Symbol.asyncDispose]());

/** A request of a browser where nobody is signed in, as its address carries it from then on. */
async function prepared(clientId: string, more: Readonly<Record<string, string>> = {}): Promise<URL> {
  const asked = authorizationUrl(server, clientId, { code_challenge: pkce().challenge, ...more });
  const led = await browserOf(server).fetch(`${asked.pathname}${asked.search}`);
  const request = new URL(led.headers.get('location') ?? '', asked).searchParams.get('request');
  assert.ok(request);
  server.clock.advance(1000);
  return new URL(`/oauth/authorize/resume?${new URLSearchParams({ request })}`, issuerOf(server));
}

async function pagesOf({ browser }: Holder, url: URL): Promise<readonly string[]> {
  const { pages, page } = await travel(browser, url, { consent: 'deny' });
  assert.equal(page, '');
  return pages;
}

describe('a request that was made before the person said yes to another one', () => {
  test('is not agreed to by that, for a client that registered itself', async () => {
    const address = await prepared('stranger');
    const person = await newHolder(server);
    await letIn(server, person, 'stranger', { scope: 'openid' });
    assert.equal((await pagesOf(person, address)).length, 1);
  });

  test('is not agreed to by that, where the client wants a yes', async () => {
    const address = await prepared('app', { prompt: 'consent' });
    const person = await newHolder(server);
    await letIn(server, person, 'app');
    assert.equal((await pagesOf(person, address)).length, 1);
  });

  test('is asked about again each time that it comes', async () => {
    const address = await prepared('stranger');
    const person = await newHolder(server);
    for (let time = 0; time < 3; time += 1) {
      const { url, pages } = await travel(person.browser, address);
      assert.ok(url?.searchParams.has('code'));
      assert.equal(pages.length, 1);
    }
  });

  test('and one yes is enough where a fresh proof is wanted, too', async () => {
    const address = await prepared('stranger', { prompt: 'login consent' });
    const person = await newHolder(server);
    const { url, pages } = await travel(person.browser, address);
    assert.ok(url?.searchParams.has('code'));
    assert.deepEqual(pages, ['/oauth/authorize/resume']);
  });
});
