import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import {
  type Asking,
  answerOf,
  ask,
  assertionOf,
  type Bank,
  type Banks,
  call,
  openBanks,
  proverOf,
  push,
  signIn,
  visit,
} from './conformance-fapi-stage.ts';
import { callbackWithQuery, insecure, refusalOf } from './conformance-stage.ts';
import { authorizationUrl, browserOf, callback, pkce, travel } from './oauth-stage.ts';

type Sent = Readonly<Record<string, string | undefined>>;

let banks: Banks;
let bank: Bank;

before(async () => {
  banks = await openBanks();
  bank = banks.first;
});
after(() => banks[Symbol.asyncDispose]());

/** Modules of `fapi2-security-profile-final-test-plan` with private_key_jwt, DPoP and OpenID Connect. */
describe('FAPI 2.0 Security Profile: what goes well', () => {
  test('happy-flow: two clients, each with its own way of asking, its own key and its own tokens', async () => {
    const first = await signIn(bank);
    const resource = new URL(bank.certified.as.userinfo_endpoint ?? '');
    for (const accept of [undefined, 'application/json; charset=utf-8', 'application/json, */*']) {
      const response = await call(first, first.dpop, new Headers(accept ? { accept } : {}));
      assert.deepEqual([response.status, (await response.json()).sub], [200, first.claims.sub]);
      assert.ok(response.headers.get('date'), 'RFC 9110 §6.6.1');
    }
    const code = answerOf(first.answered).get('code') ?? '';
    for (const secret of [code, first.tokens.refresh_token ?? '', first.tokens.access_token])
      assert.ok(secret.length >= 22, '128 bits');
    resource.searchParams.set('access_token', first.tokens.access_token);
    assert.equal((await fetch(resource)).status, 400, 'FAPI 2.0 §5.3.4: never in the query');

    const dpop = await proverOf(banks.second);
    const second = await signIn(
      banks.second,
      {
        parameters: {
          redirect_uri: callbackWithQuery,
          nonce: 'n'.repeat(43),
          state: 's'.repeat(128),
          dpop_jkt: await dpop.calculateThumbprint(),
        },
      },
      { dpop },
    );
    assert.ok(second.answered.arrived.url?.href.startsWith(callbackWithQuery));
    assert.equal((await call(second, dpop)).status, 200);
    await assert.rejects(call(second, first.dpop), oauth.WWWAuthenticateChallengeError);
  });

  test('user-rejects-authentication: access_denied goes back, past the query of the redirect URI', async () => {
    for (const redirect_uri of [callback, callbackWithQuery]) {
      const parameters = { redirect_uri, state: 's'.repeat(128), prompt: 'consent' };
      const answered = await ask(bank, { parameters, manners: { consent: 'deny' } });
      assert.throws(() => answerOf(answered), { error: 'access_denied' });
      assert.ok(answered.arrived.url?.href.startsWith(redirect_uri));
    }
  });

  const fine: readonly (readonly [module: string, asking: Asking])[] = [
    ['ensure-authorization-request-without-state-success', { parameters: { state: undefined } }],
    ['ensure-authorization-request-without-nonce-success', { parameters: { nonce: undefined } }],
    ['ensure-authorization-request-with-64-char-nonce-success', { parameters: { nonce: 'n'.repeat(64) } }],
    ['ensure-authorization-request-with-long-nonce', { parameters: { nonce: 'n'.repeat(384) } }],
    ['ensure-authorization-request-with-long-state', { parameters: { state: 's'.repeat(1000) } }],
    ['ensure-other-scope-order-succeeds', { parameters: { scope: 'email openid' } }],
    ['par-without-duplicate-parameters', {}],
    ['ensure-different-state-inside-and-outside-request-object', { beside: { state: 'outside' } }],
    ['ensure-different-nonce-inside-and-outside-request-object', { beside: { nonce: 'outside' } }],
    [
      'state-only-outside-request-object-not-used',
      { parameters: { state: undefined }, beside: { state: 'outside' } },
    ],
    [
      'happy-flow (parameters said again beside the reference)',
      { beside: { response_type: 'code', scope: 'openid', redirect_uri: callback } },
    ],
  ];
  for (const [module, asking] of fine)
    test(`${module}: what was pushed counts, and comes back whole`, async () => {
      const { claims, answered } = await signIn(bank, asking);
      assert.equal(claims.nonce, answered.sent.nonce);
      assert.equal(answered.arrived.url?.searchParams.get('state') ?? undefined, answered.sent.state);
    });
});

describe('FAPI 2.0 Security Profile: what may not be pushed', () => {
  const bad = { redirect_uri: `${callback}/unregistered` };
  const refused: readonly (readonly [module: string, parameters: Sent, error: string])[] = [
    ['plain-fapi-tolerate-unregistered-redirect-uri', bad, 'invalid_request'],
    ['ensure-registered-redirect-uri', bad, 'invalid_request'],
    ['ensure-redirect-uri-in-authorization-request', { redirect_uri: undefined }, 'invalid_request'],
    ['ensure-request-object-without-redirect-uri-fails', { redirect_uri: undefined }, 'invalid_request'],
    [
      'ensure-response-type-code-idtoken-fails',
      { response_type: 'code id_token' },
      'unsupported_response_type',
    ],
    ['ensure-response-type-token-fails', { response_type: 'token' }, 'unsupported_response_type'],
    [
      'par-authorization-request-containing-request_uri-form-param',
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
      'invalid_request',
    ],
    [
      'par-ensure-pkce-required',
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
    ],
    ['par-ensure-plain-pkce-rejected', { code_challenge_method: 'plain' }, 'invalid_request'],
  ];
  for (const [module, parameters, error] of refused)
    test(`${module}: ${error}`, async () => {
      const { response } = await push(bank, { parameters });
      assert.deepEqual(await refusalOf(response), [400, error]);
    });

  test('ensure-mismatched-dpop-jkt-fails: two keys for one code are one too many', async () => {
    const other = await (await proverOf(bank)).calculateThumbprint();
    const { response } = await push(bank, { parameters: { dpop_jkt: other }, dpop: await proverOf(bank) });
    assert.deepEqual(await refusalOf(response), [400, 'invalid_dpop_proof']);
  });

  test('par-attempt-invalid-http-method: only POST', async () => {
    const endpoint = bank.certified.as.pushed_authorization_request_endpoint ?? '';
    const body = new URLSearchParams({ client_id: bank.client.client_id });
    assert.equal((await fetch(endpoint, { method: 'PUT', body })).status, 405);
    assert.equal((await fetch(endpoint)).status, 405);
  });

  test('ensure-unsigned-authorization-request-without-using-par-fails: the browser cannot bring it', async () => {
    const { challenge } = pkce();
    const url = authorizationUrl(bank.certified.server, 'bank-1', { code_challenge: challenge });
    const arrived = await travel(browserOf(bank.certified.server), url);
    const { searchParams } = arrived.url ?? new URL('about:blank');
    assert.deepEqual(
      [searchParams.get('error'), searchParams.get('state')],
      ['invalid_request', 'state-of-the-client'],
    );
  });
});

describe('FAPI 2.0 Security Profile: what a reference to a pushed request is good for', () => {
  test('par-ensure-reused-request-uri-prior-to-auth-completion-succeeds: until the person has answered', async () => {
    const manners = { password: 'wrong' };
    const answered = await ask(bank, { manners });
    assert.equal(answered.arrived.url, null);
    const arrived = await visit(bank, answered.requestUri);
    assert.ok(answerOf({ ...answered, arrived }).get('code'));
  });

  test('par-attempt-reuse-request_uri: once', async () => {
    const browser = browserOf(bank.certified.server);
    const { requestUri } = (await signIn(bank, { browser })).answered;
    const { url, status } = await visit(bank, requestUri, { browser });
    assert.deepEqual([url, status], [null, 400]);
  });

  test('par-attempt-to-use-expired-request_uri: for a while', async () => {
    const { arrived } = await ask(bank, { afterSeconds: 91 });
    assert.deepEqual([arrived.url, arrived.status], [null, 400]);
  });

  test('par-attempt-to-use-request_uri-for-different-client: to nobody else', async () => {
    const { response } = await push(bank);
    const { request_uri } = await response.json();
    const { url, status } = await visit(banks.second, request_uri);
    assert.deepEqual([url, status], [null, 400]);
  });
});

describe('FAPI 2.0 Security Profile: how a client proves itself when it pushes', () => {
  const later = (seconds: number) => (_header: object, claims: Record<string, unknown>) => {
    const now = Number(claims.iat) + seconds;
    Object.assign(claims, { iat: now, nbf: now, exp: now + 60 });
  };

  test('par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted', async () => {
    assert.ok((await signIn(bank, { by: assertionOf(bank, later(8)) })).claims.sub);
  });

  const as = () => bank.certified.as;
  const wrong = {
    'par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails': later(61),
    'par-endpoint-as-audience-fails': (_header: object, claims: Record<string, unknown>) => {
      claims.aud = as().pushed_authorization_request_endpoint;
    },
    'par-endpoint-as-array-audience-fails': (_header: object, claims: Record<string, unknown>) => {
      claims.aud = [as().issuer, as().pushed_authorization_request_endpoint];
    },
    'par-token-endpoint-as-audience-fails': (_header: object, claims: Record<string, unknown>) => {
      claims.aud = as().token_endpoint;
    },
  };
  for (const [module, change] of Object.entries(wrong))
    test(`${module}: invalid_client`, async () => {
      const { response } = await push(bank, { by: assertionOf(bank, change) });
      assert.deepEqual(await refusalOf(response), [401, 'invalid_client']);
    });

  test('the same assertion serves for the second try, with the nonce of the first, and for no third', async () => {
    const by = assertionOf(bank, (_header, claims) => {
      claims.jti = 'said twice';
    });
    const dpop = await proverOf(bank);
    const { certified, client } = bank;
    const { challenge } = pkce();
    const parameters = {
      redirect_uri: callback,
      response_type: 'code',
      scope: 'openid',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    };
    const tries = [];
    for (let round = 0; round < 3; round += 1) {
      const options = { ...insecure, DPoP: dpop };
      const response = await oauth.pushedAuthorizationRequest(certified.as, client, by, parameters, options);
      tries.push([response.status, (await response.json()).error]);
    }
    assert.deepEqual(tries, [
      [400, 'use_dpop_nonce'],
      [201, undefined],
      [401, 'invalid_client'],
    ]);
  });
});
