import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type * as oauth from 'oauth4webapi';
import {
  ask,
  basicPlans,
  type Certified,
  email,
  errorOf,
  inEachPlan,
  openCertified,
  type Plan,
  redeem,
  signIn,
} from './conformance-stage.ts';
import { browserOf, callback, travel } from './oauth-stage.ts';

let certified: Certified;

before(async () => {
  certified = await openCertified();
});
after(() => certified[Symbol.asyncDispose]());

/** Modules of the Basic and Form Post plans about what a request may say, and what of it comes to pass. */
inEachPlan(basicPlans, ({ mode }) => {
  test('oidcc-response-type-missing: goes back as an error', async () => {
    const asked = await ask(certified, { mode, parameters: { response_type: undefined } });
    assert.equal(errorOf(certified, asked), 'invalid_request');
  });

  const ignored = [
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ui-locales', { ui_locales: 'se fr-CA x_y' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
  ] as const;
  for (const [module, parameters] of ignored)
    test(`${module}: is no error`, async () => {
      assert.ok((await signIn(certified, { mode, parameters })).claims.sub);
    });

  test('oidcc-login-hint: is filled in where the person signs in', async () => {
    const parameters = { login_hint: email };
    const browser = browserOf(certified.server);
    const { arrived } = await ask(certified, { mode, parameters, browser, manners: { password: 'wrong' } });
    assert.equal(arrived.url, null);
    assert.match(arrived.page, new RegExp(`<input[^>]*value="${email}"`));
    assert.ok((await signIn(certified, { mode, parameters, browser })).claims.sub);
  });

  test('oidcc-ensure-request-with-acr-values-succeeds: each level that is supported can be had', async () => {
    const { acr_values_supported: supported } = certified.as;
    assert.ok(supported && supported.length > 0);
    const parameters = { acr_values: supported.join(' ') };
    const { claims } = await signIn(certified, { mode, parameters });
    assert.ok(supported.some((level) => level === claims.acr));
    const unknown = { acr_values: `1 2 ${supported[0]}` };
    assert.ok((await signIn(certified, { mode, parameters: unknown })).claims.sub);
  });

  test('oidcc-ensure-registered-redirect-uri: nobody is sent anywhere else', async () => {
    const parameters = { redirect_uri: `${callback}/unregistered` };
    const { arrived } = await ask(certified, { mode, parameters });
    assert.deepEqual([arrived.url, arrived.status], [null, 400]);
    assert.ok(!arrived.page.includes('unregistered'));
  });

  test('oidcc-ensure-post-request-succeeds: the request may be a form of the client’s site', async () => {
    const { walk, redirectUri, state, nonce } = await ask(certified, {
      mode,
      parameters: { prompt: 'none' },
    });
    const fields = {
      client_id: 'client-1',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
    };
    const body = new URLSearchParams({ ...fields, state: state ?? '', nonce: nonce ?? '' });
    if (mode === 'form_post') body.set('response_mode', mode);
    const response = await fetch(certified.as.authorization_endpoint ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: 'https://client.example', 'sec-fetch-site': 'cross-site' },
      body,
    });
    const to = new URL(response.headers.get('location') ?? '', certified.as.issuer);
    const browser = browserOf(certified.server);
    const arrived = await travel(browser, to, { email });
    assert.equal(
      (await redeem(certified, { walk, browser, arrived, redirectUri, state, nonce })).status,
      200,
    );
  });

  promptModules({ mode });
  ageModules({ mode });
  requestObjectModules({ mode });
});

/** Two ID tokens that speak of the same sign-in of the same person. */
function assertSame(first: oauth.IDToken, second: oauth.IDToken): void {
  assert.deepEqual([second.sub, second.auth_time], [first.sub, first.auth_time]);
}

function promptModules({ mode }: Plan): void {
  test('oidcc-prompt-login: the person proves who they are once more', async () => {
    const { browser, claims } = await signIn(certified, { mode });
    certified.advance(2);
    const again = await signIn(certified, { mode, browser, parameters: { prompt: 'login' } });
    assert.deepEqual(again.asked.arrived.pages.includes('/step-up'), true);
    assert.equal(again.claims.sub, claims.sub);
    assert.ok((again.claims.auth_time ?? 0) >= (claims.auth_time ?? 0) + 2);
  });

  test('oidcc-prompt-none-not-logged-in: an error goes back, with a long state unharmed', async () => {
    const parameters = { prompt: 'none', state: 'aZ09-._~'.repeat(16) };
    assert.equal(errorOf(certified, await ask(certified, { mode, parameters })), 'login_required');
  });

  test('oidcc-prompt-none-logged-in: a code at once, of the same sign-in', async () => {
    const { browser, claims } = await signIn(certified, { mode });
    certified.advance(2);
    const silent = await signIn(certified, { mode, browser, parameters: { prompt: 'none' } });
    assertSame(claims, silent.claims);
    const shown = mode === 'form_post' ? ['/oauth/authorize'] : [];
    assert.deepEqual(silent.asked.arrived.pages, shown, 'nothing was asked');
  });

  test('oidcc-id-token-hint: with prompt=none and the ID token of before, the same', async () => {
    const { browser, claims, idToken } = await signIn(certified, { mode });
    const parameters = { prompt: 'none', id_token_hint: idToken };
    assertSame(claims, (await signIn(certified, { mode, browser, parameters })).claims);
  });
}

function ageModules({ mode }: Plan): void {
  test('oidcc-max-age-1: a sign-in of two seconds ago is too old', async () => {
    const { browser, claims } = await signIn(certified, { mode });
    certified.advance(2);
    const again = await signIn(certified, { mode, browser, parameters: { max_age: '1' } });
    assert.ok(again.asked.arrived.pages.includes('/step-up'));
    assert.ok((again.claims.auth_time ?? 0) > (claims.auth_time ?? 0));
    assert.equal(again.claims.sub, claims.sub);
  });

  test('oidcc-max-age-10000: a younger one is not, and is told of', async () => {
    const { browser, claims } = await signIn(certified, { mode, parameters: { max_age: '15000' } });
    certified.advance(2);
    const again = await signIn(certified, { mode, browser, parameters: { max_age: '10000' } });
    assertSame(claims, again.claims);
    assert.ok(!again.asked.arrived.pages.includes('/step-up'));
  });
}

/** Request objects are not supported, which is allowed if it is said (OIDC Core §3.1.2.6) and nothing is made up. */
function requestObjectModules({ mode }: Plan): void {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${encoded({ alg: 'none' })}.${encoded({ redirect_uri: callback, state: 'inside' })}.`;

  test('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: rejected', async () => {
    assert.equal(certified.as.request_parameter_supported, false);
    const asked = await ask(certified, { mode, parameters: { request: unsigned } });
    assert.equal(errorOf(certified, asked), 'request_not_supported');
  });

  test('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: rejected', async () => {
    assert.equal(certified.as.request_uri_parameter_supported, false);
    const parameters = { request_uri: 'https://client.example/request.jwt' };
    const asked = await ask(certified, { mode, parameters });
    assert.equal(errorOf(certified, asked), 'request_uri_not_supported');
  });

  test('oidcc-ensure-request-object-with-redirect-uri: a bad one outside of it leads to a page', async () => {
    const parameters = { request: unsigned, redirect_uri: `${callback}/unregistered` };
    const { arrived } = await ask(certified, { mode, parameters });
    assert.deepEqual([arrived.url, arrived.status], [null, 400]);
  });
}
