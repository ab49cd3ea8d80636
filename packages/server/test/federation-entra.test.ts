import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { type ProviderId, providerSettingsSchema, type TenantId } from '@argus/contract';
import type { Provider } from '@argus/core';
import { fakeClock } from '@argus/testing';
import { exchangeCode } from '../src/federation/exchange-code.ts';
import { isUpstreamFailure } from '../src/federation/upstream-failure.ts';
import { openUpstreams } from '../src/federation/upstreams.ts';
import type { Services } from '../src/services.ts';
import { outboundBy } from './outbound-stage.ts';

const host = 'https://login.microsoftonline.com';
const tid = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const clock = fakeClock();
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const provider: Provider = {
  // Names like any others.
  id: 'entra' as ProviderId,
  tenant: 'default' as TenantId,
  settings: providerSettingsSchema.parse({
    name: 'Entra',
    preset: 'microsoft',
    issuer: `${host}/common/v2.0`,
    clientId: 'argus',
  }),
  sealedSecret: null,
  changedAt: 0,
};

function idToken(claims: object, header: object = { kid: 'k1', x5t: 'k1' }): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const now = Math.floor(clock.now() / 1000);
  const all = { aud: 'argus', sub: 'pairwise', nonce: 'n', iat: now, exp: now + 300, ...claims };
  const input = `${encode({ alg: 'RS256', typ: 'JWT', ...header })}.${encode(all)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/** The shared endpoints as they really answer: an issuer with a gap, keys without an algorithm. */
function services(token: string): Services {
  const base = `${host}/common`;
  const answers: Record<string, object> = {
    [`${base}/v2.0/.well-known/openid-configuration`]: {
      issuer: `${host}/{tenantid}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    },
    [`${base}/discovery/v2.0/keys`]: {
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }],
    },
    [`${base}/oauth2/v2.0/token`]: { access_token: 'x', token_type: 'Bearer', id_token: token },
  };
  const fetching = async (input: URL | string) => Response.json(answers[String(input)] ?? {});
  const outbound = outboundBy(fetching as typeof fetch); // called with addresses alone
  const upstreams = openUpstreams({ outbound, clock });
  return { config: { issuer: 'https://login.example' }, clock, upstreams } as unknown as Services; // all that is asked of them
}

function exchange(token: string) {
  const state = 's';
  const search = new URLSearchParams({ code: 'c', state }).toString();
  return exchangeCode(services(token), { provider, search, state, nonce: 'n', verifier: 'v'.repeat(43) });
}

describe('the shared endpoints of Entra ID', () => {
  test('vouch for a person under the issuer of the person’s own tenant', async () => {
    const vouched = await exchange(idToken({ iss: `${host}/${tid}/v2.0`, tid }));
    assert.ok(!isUpstreamFailure(vouched), JSON.stringify(vouched));
    assert.deepEqual([vouched.issuer, vouched.subject], [`${host}/${tid}/v2.0`, 'pairwise']);
  });

  const lies: readonly [what: string, claims: object][] = [
    ['another tenant than the token names', { iss: `${host}/${tid}/v2.0`, tid: tid.replace('7', '8') }],
    ['the template itself', { iss: `${host}/{tenantid}/v2.0`, tid: '{tenantid}' }],
    ['a path in place of a tenant', { iss: `${host}/../evil/v2.0`, tid: '../evil' }],
    ['no tenant', { iss: `${host}/${tid}/v2.0` }],
    ['a tenant that is no text', { iss: `${host}/${tid}/v2.0`, tid: [tid] }],
    ['a replacement pattern', { iss: `${host}/{tenantid}/v2.0`, tid: '$&' }],
  ];
  for (const [what, claims] of lies) {
    test(`do not vouch for ${what}`, async () => {
      const vouched = await exchange(idToken(claims));
      assert.ok(isUpstreamFailure(vouched));
      assert.deepEqual(vouched, { upstream: 'refused', reason: 'wrong-claim', detail: 'iss' });
    });
  }

  test('need not name the key while there is only one', async () => {
    const vouched = await exchange(idToken({ iss: `${host}/${tid}/v2.0`, tid }, {}));
    assert.ok(!isUpstreamFailure(vouched), JSON.stringify(vouched));
  });
});
