import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ProviderId,
  type ProviderSettings,
  providerSettingsSchema,
  type TenantId,
} from '@argus/contract';
import type { Provider } from '@argus/core';
import { fakeClock } from '@argus/testing';
import { isUpstreamFailure } from '../src/federation/upstream-failure.ts';
import { openUpstreams } from '../src/federation/upstreams.ts';
import { outboundBy } from './outbound-stage.ts';

const issuer = 'https://idp.example';

function providerOf(more: Partial<ProviderSettings> = {}, changedAt = 0): Provider {
  const settings = providerSettingsSchema.parse({ name: 'X', issuer, clientId: 'argus', ...more });
  // Names like any others.
  return { id: 'x' as ProviderId, tenant: 'default' as TenantId, settings, sealedSecret: null, changedAt };
}

function documentOf(at = issuer): object {
  return {
    issuer: at,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
  };
}

type Fetching = typeof fetch;

/** A provider that is only a function. */
function answering(document: () => object | Promise<Response>) {
  const asked: string[] = [];
  const fetching = (async (input: URL) => {
    asked.push(input.href);
    const answer = await document();
    return answer instanceof Response ? answer : Response.json(answer);
  }) as unknown as Fetching; // called by us alone, and always with a URL
  return { asked, fetching };
}

/** Gives up only when it is told to, like a host that swallows packets. */
const silent = ((_input: unknown, { signal }: RequestInit) =>
  new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason)),
  )) as unknown as Fetching; // as above

describe('a provider that does not answer is given up', () => {
  test('before it has said anything', async () => {
    const upstreams = openUpstreams({
      outbound: outboundBy(silent),
      clock: fakeClock(),
      timeoutSeconds: 0.02,
    });
    assert.deepEqual(await upstreams.find(providerOf()), { upstream: 'down', reason: 'timeout' });
  });

  test('in the middle of a sentence', async () => {
    const { fetching } = answering(() => ({}));
    const dripping = ((input: URL, { signal }: RequestInit) => {
      void fetching(input);
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"issuer":'));
          signal?.addEventListener('abort', () => controller.error(signal.reason));
        },
      });
      return Promise.resolve(new Response(body));
    }) as unknown as Fetching; // as above
    const upstreams = openUpstreams({
      outbound: outboundBy(dripping),
      clock: fakeClock(),
      timeoutSeconds: 0.02,
    });
    assert.deepEqual(await upstreams.find(providerOf()), { upstream: 'down', reason: 'timeout' });
  });
});

describe('what a provider said of itself', () => {
  test('is kept for an hour, and asked for anew after it', async () => {
    const { asked, fetching } = answering(() => documentOf());
    const clock = fakeClock();
    const upstreams = openUpstreams({ outbound: outboundBy(fetching), clock });
    const first = await upstreams.find(providerOf());
    clock.advance(3_599_999);
    assert.equal(await upstreams.find(providerOf()), first);
    assert.equal(asked.length, 1);
    clock.advance(1);
    await upstreams.find(providerOf());
    assert.deepEqual(asked, Array(2).fill(`${issuer}/.well-known/openid-configuration`));
  });

  test('holds no longer when its declaration changes', async () => {
    const { asked, fetching } = answering(() => documentOf());
    const upstreams = openUpstreams({ outbound: outboundBy(fetching), clock: fakeClock() });
    await upstreams.find(providerOf());
    await upstreams.find(providerOf({}, 1));
    assert.equal(asked.length, 2);
  });

  test('stays in use while it cannot be asked, and every five seconds it is', async () => {
    let isDown = false;
    const { asked, fetching } = answering(() => (isDown ? Promise.reject(new Error('down')) : documentOf()));
    const clock = fakeClock();
    const upstreams = openUpstreams({ outbound: outboundBy(fetching), clock });
    const first = await upstreams.find(providerOf());
    isDown = true;
    clock.advance(4_000_000);
    for (let round = 0; round < 5; round += 1) assert.equal(await upstreams.find(providerOf()), first);
    assert.equal(asked.length, 2);
    clock.advance(5_000);
    await upstreams.find(providerOf());
    assert.equal(asked.length, 3);
    isDown = false;
    clock.advance(5_000);
    assert.notEqual(await upstreams.find(providerOf()), first);
  });

  test('must be said by the very issuer: not by one that only looks like it', async () => {
    for (const near of [
      `${issuer}/`,
      'https://IDP.example',
      'http://idp.example',
      'https://idp.example.evil.example',
    ]) {
      const { fetching } = answering(() => documentOf(near));
      const found = await openUpstreams({ outbound: outboundBy(fetching), clock: fakeClock() }).find(
        providerOf(),
      );
      assert.ok(isUpstreamFailure(found), near);
      assert.equal(found.upstream, 'refused', near);
    }
  });

  test('may be said by another host’s name only to the preset that knows of it', async () => {
    const microsoft = 'https://login.microsoftonline.com';
    const { asked, fetching } = answering(() => documentOf(`${microsoft}/{tenantid}/v2.0`));
    const upstreams = openUpstreams({ outbound: outboundBy(fetching), clock: fakeClock() });
    const shared = providerOf({ issuer: `${microsoft}/common/v2.0`, preset: 'microsoft' });
    assert.equal(isUpstreamFailure(await upstreams.find(shared)), false);
    assert.deepEqual(asked, [`${microsoft}/common/v2.0/.well-known/openid-configuration`]);
    const plain = providerOf({ issuer: `${microsoft}/common/v2.0` }, 1);
    assert.deepEqual(await upstreams.find(plain), { upstream: 'refused', reason: 'wrong-issuer' });
  });

  test('is never asked of a place that is reached by plain http over a network', async () => {
    const { asked, fetching } = answering(() => documentOf());
    const upstreams = openUpstreams({ outbound: outboundBy(fetching), clock: fakeClock() });
    for (const far of ['http://idp.example', 'http://10.0.0.1', 'http://localhost:9000']) {
      const found = await upstreams.find(providerOf({ issuer: far }));
      assert.deepEqual(found, { upstream: 'down', reason: 'unsafe-address' }, far);
    }
    assert.deepEqual(asked, []);
  });
});
