import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import {
  answerOf,
  ask,
  basicPlans,
  type Certified,
  callbackWithQuery,
  email,
  inEachPlan,
  insecure,
  name,
  openCertified,
  type Plan,
  proofKey,
  redeem,
  refusalOf,
  signIn,
  userInfo,
} from './conformance-stage.ts';
import { claimsIn, headerOf } from './oauth-holders.ts';
import { secretOfClients } from './oauth-stage.ts';

let certified: Certified;

before(async () => {
  certified = await openCertified();
});
after(() => certified[Symbol.asyncDispose]());

/** Modules of the plans `oidcc-basic-…` and `oidcc-formpost-basic-certification-test-plan` about what a code is good for. */
inEachPlan(basicPlans, ({ mode }) => {
  const by = oauth.ClientSecretBasic(secretOfClients);

  test('oidcc-server: a code brings an ID token that holds and an access token that userinfo takes', async () => {
    const signedIn = await signIn(certified, { mode });
    const { tokens, claims } = signedIn;
    assert.equal(tokens.token_type, 'bearer');
    assert.ok(tokens.expires_in && tokens.expires_in > 0);
    assert.deepEqual((await userInfo(certified, signedIn)).sub, claims.sub);
    const { redirectUri, arrived } = (
      await signIn(certified, { mode, parameters: { redirect_uri: callbackWithQuery } })
    ).asked;
    assert.equal(redirectUri, callbackWithQuery);
    assert.ok(arrived.url?.href.startsWith(callbackWithQuery), 'the query of the redirect URI is kept');
  });

  test('oidcc-server-client-secret-post: the same client may show its secret in the form', async () => {
    const inForm = oauth.ClientSecretPost(secretOfClients);
    assert.ok((await signIn(certified, { mode }, { by: inForm })).claims.sub);
  });

  test('oidcc-idtoken-signature: unless it was agreed otherwise RS256 by a named key signs', async () => {
    const { alg, kid } = headerOf((await signIn(certified, { mode })).idToken);
    assert.equal(alg, 'RS256');
    const { keys } = await (await fetch(certified.as.jwks_uri ?? '')).json();
    assert.equal(keys.filter((key: { kid: string }) => key.kid === kid).length, 1);
  });

  test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow: and the ID token has none', async () => {
    const { claims } = await signIn(certified, { mode, parameters: { nonce: undefined } });
    assert.equal('nonce' in claims, false);
  });

  test('oidcc-ensure-request-with-valid-pkce-succeeds: for a client that need not', async () => {
    const { verifier, parameters } = proofKey();
    assert.ok((await signIn(certified, { mode, parameters }, { verifier })).claims.sub);
    const asked = await ask(certified, { mode, parameters });
    assert.deepEqual(await refusalOf(await redeem(certified, asked)), [400, 'invalid_grant']);
  });

  userInfoModules({ mode });
  scopeModules({ mode });

  test('oidcc-codereuse: a code serves once', async () => {
    const { asked } = await signIn(certified, { mode });
    assert.deepEqual(await refusalOf(await redeem(certified, asked)), [400, 'invalid_grant']);
  });

  test('oidcc-codereuse-30seconds: when it comes again, what it brought is worth nothing any more', async () => {
    const signedIn = await signIn(certified, { mode });
    certified.advance(30);
    assert.ok(await userInfo(certified, signedIn));
    assert.deepEqual(await refusalOf(await redeem(certified, signedIn.asked)), [400, 'invalid_grant']);
    await assert.rejects(userInfo(certified, signedIn), oauth.WWWAuthenticateChallengeError);
  });

  test('oidcc-refresh-token: renews what the same client holds, and nothing of another', async () => {
    const parameters = { scope: 'openid offline_access', prompt: 'consent' };
    const first = await signIn(certified, { mode, parameters });
    const second = await signIn(certified, { mode, parameters, clientId: 'client-2' });
    certified.advance(1);
    for (const { client, tokens, claims } of [first, second]) {
      const { as } = certified;
      const { refresh_token = '' } = tokens;
      assert.match(refresh_token, /^[\x20-\x7E]{22,}$/);
      const response = await oauth.refreshTokenGrantRequest(as, client, by, refresh_token, insecure);
      const { headers } = response;
      assert.deepEqual([headers.get('cache-control'), headers.get('pragma')], ['no-store', 'no-cache']);
      const renewed = await oauth.processRefreshTokenResponse(as, client, response);
      assert.notEqual(renewed.access_token, tokens.access_token);
      const again = claimsIn(renewed.id_token ?? '');
      const { iss, sub, aud, auth_time, iat, azp } = claims;
      assert.deepEqual(
        [again.iss, again.sub, again.aud, again.auth_time, again.azp],
        [iss, sub, aud, auth_time, azp],
      );
      assert.notEqual(again.iat, iat, 'OIDC Core §12.2: when the new one was issued');
      const stolen = await oauth.refreshTokenGrantRequest(
        as,
        certified.client(client.client_id === 'client-1' ? 'client-2' : 'client-1'),
        by,
        renewed.refresh_token ?? '',
        insecure,
      );
      assert.deepEqual(await refusalOf(stolen), [400, 'invalid_grant']);
    }
  });
});

function userInfoModules({ mode }: Plan): void {
  const wanted = { mode, parameters: { scope: 'openid profile email' } };

  test('oidcc-userinfo-get: tells the same person as the ID token', async () => {
    const info = await userInfo(certified, await signIn(certified, wanted));
    assert.deepEqual([info.name, info.email, typeof info.email_verified], [name, email, 'boolean']);
  });

  test('oidcc-userinfo-post-header: also by POST with the token in the header', async () => {
    const { client, tokens, claims } = await signIn(certified, wanted);
    const { as } = certified;
    const to = new URL(as.userinfo_endpoint ?? '');
    const response = await oauth.protectedResourceRequest(
      tokens.access_token,
      'POST',
      to,
      undefined,
      undefined,
      insecure,
    );
    assert.equal((await oauth.processUserInfoResponse(as, client, claims.sub, response)).email, email);
  });

  test('oidcc-userinfo-post-body: also with the token in the form', async () => {
    const { client, tokens, claims } = await signIn(certified, wanted);
    const { as } = certified;
    const body = new URLSearchParams({ access_token: tokens.access_token });
    const response = await fetch(as.userinfo_endpoint ?? '', { method: 'POST', body });
    assert.equal((await oauth.processUserInfoResponse(as, client, claims.sub, response)).email, email);
  });
}

function scopeModules({ mode }: Plan): void {
  const told = async (scope: string, more = {}) => {
    const signedIn = await signIn(certified, { mode, parameters: { scope, ...more } });
    const { sub, ...rest } = await userInfo(certified, signedIn);
    assert.equal(sub, signedIn.claims.sub);
    return rest;
  };
  const ofEmail = { email, email_verified: false };

  test('oidcc-scope-profile: tells the name, and no more', async () => {
    assert.deepEqual(await told('openid profile'), { name });
  });

  test('oidcc-scope-email: tells the address and whether it was verified, and no more', async () => {
    assert.deepEqual(await told('openid email'), ofEmail);
  });

  test('oidcc-scope-all: all that this provider has', async () => {
    assert.deepEqual(await told('openid profile email offline_access'), { name, ...ofEmail });
  });

  test('oidcc-scope-address, oidcc-scope-phone: not had here, as is said, and no error when asked for', async () => {
    const { scopes_supported: supported = [] } = certified.as;
    for (const scope of ['address', 'phone']) assert.ok(!supported.includes(scope), 'the module is skipped');
    assert.deepEqual(await told('openid email address phone'), ofEmail);
  });

  test('oidcc-ensure-other-scope-order-succeeds: openid need not come first', async () => {
    assert.deepEqual(await told('email openid'), ofEmail);
  });

  test('oidcc-claims-essential: asking for a claim by `claims` is no error; it is told by its scope', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    assert.deepEqual(await told('openid', { claims }), {});
    assert.deepEqual(await told('openid profile', { claims }), { name });
  });
}

describe('a code, not as a certification client but as a thief would bring it', () => {
  test('is worth nothing to another client, and stays good for its own', async () => {
    const asked = await ask(certified);
    assert.ok(answerOf(certified, asked).get('code'));
    const stolen = await redeem(certified, { ...asked, walk: { clientId: 'client-2' } });
    assert.deepEqual(await refusalOf(stolen), [400, 'invalid_grant']);
    assert.equal((await redeem(certified, asked)).status, 200);
  });
});
