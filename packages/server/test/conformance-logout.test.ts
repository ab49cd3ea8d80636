import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { deliverLogouts } from '@argus/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  ask,
  basicClient,
  type Certified,
  errorOf,
  goodbye,
  openCertified,
  type SignedIn,
  signIn,
} from './conformance-stage.ts';
import { type LogoutReceiver, listenForLogouts } from './logout-receiver.ts';
import { claimsIn, headerOf, unsigned } from './oauth-holders.ts';
import { type Arrived, hiddenFields, post, registerClient, travel } from './oauth-stage.ts';

/** Long, to see that nothing is cut off or spoiled on the way. */
const state = 'aZ09-._~'.repeat(16);
let certified: Certified;
let receiver: LogoutReceiver;

before(async () => {
  certified = await openCertified();
  receiver = await listenForLogouts();
  await registerClient(certified.server, 'client-3', {
    ...basicClient,
    backchannelLogoutUri: receiver.uri('/backchannel_logout'),
  });
});
after(async () => {
  await receiver[Symbol.asyncDispose]();
  await certified[Symbol.asyncDispose]();
});

type Asking = Readonly<Record<string, string | undefined>>;

/** What the modules send unless they leave something out. */
function wellFormed({ idToken }: Pick<SignedIn, 'idToken'>): Asking {
  return { id_token_hint: idToken, post_logout_redirect_uri: goodbye, state };
}

function leave(browser: UserAgent, asking: Asking): Promise<Arrived> {
  const url = new URL(certified.as.end_session_endpoint ?? '');
  for (const [key, value] of Object.entries(asking))
    if (value !== undefined) url.searchParams.set(key, value);
  return travel(browser, url);
}

/** The suite's own way to see who is still signed in. */
async function silently(browser: UserAgent): Promise<string> {
  const asked = await ask(certified, { browser, parameters: { prompt: 'none' } });
  return asked.arrived.url?.searchParams.has('code') ? 'signed in' : errorOf(certified, asked);
}

async function sayYes(browser: UserAgent, { page }: Arrived): Promise<string> {
  const fields = { ...hiddenFields(page), decision: 'yes' };
  const response = await post(browser, '/oauth/end_session/confirm', fields);
  assert.equal(response.headers.get('location'), null);
  return response.text();
}

const question = /Sign out\?/;
const isOut = /You are signed out/;

describe('RP-Initiated Logout OP', () => {
  test('oidcc-rp-initiated-logout: the person is signed out and gets back with the state', async () => {
    const signedIn = await signIn(certified);
    const { browser } = signedIn;
    assert.equal(await silently(browser), 'signed in');
    const { url } = await leave(browser, wellFormed(signedIn));
    assert.equal(`${url?.origin}${url?.pathname}`, goodbye);
    assert.deepEqual([...(url?.searchParams ?? [])], [['state', state]]);
    assert.equal(await silently(browser), 'login_required');
  });

  test('oidcc-rp-initiated-logout-no-state: back, with no state', async () => {
    const signedIn = await signIn(certified);
    const { url } = await leave(signedIn.browser, { ...wellFormed(signedIn), state: undefined });
    assert.equal(url?.href, goodbye);
    assert.equal(await silently(signedIn.browser), 'login_required');
  });

  test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri: signed out, on a page that says so', async () => {
    const signedIn = await signIn(certified);
    const asking = { ...wellFormed(signedIn), post_logout_redirect_uri: undefined };
    const { url, page } = await leave(signedIn.browser, asking);
    assert.equal(url, null);
    assert.match(page, isOut);
    assert.equal(await silently(signedIn.browser), 'login_required');
  });

  const nothingProved = [
    ['oidcc-rp-initiated-logout-no-params', {}],
    ['oidcc-rp-initiated-logout-only-state', { state }],
  ] as const;
  for (const [module, asking] of nothingProved)
    test(`${module}: the person is asked, and signed out by their yes`, async () => {
      const { browser } = await signIn(certified);
      const arrived = await leave(browser, asking);
      assert.equal(arrived.url, null);
      assert.match(arrived.page, question);
      assert.equal(await silently(browser), 'signed in');
      assert.match(await sayYes(browser, arrived), isOut);
      assert.equal(await silently(browser), 'login_required');
    });

  const wrong: readonly (readonly [string, (signedIn: SignedIn) => Asking])[] = [
    ['oidcc-rp-initiated-logout-no-id-token-hint', () => ({ id_token_hint: undefined })],
    [
      'oidcc-rp-initiated-logout-modified-id-token-hint',
      ({ idToken }) => ({ id_token_hint: unsigned(idToken) }),
    ],
    [
      'oidcc-rp-initiated-logout-bad-id-token-hint',
      ({ idToken }) => ({ id_token_hint: signedByUs(idToken) }),
    ],
    [
      'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri',
      () => ({ post_logout_redirect_uri: `${goodbye}/unregistered` }),
    ],
    [
      'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
      () => ({ post_logout_redirect_uri: `${goodbye}?foo=bar` }),
    ],
  ];
  for (const [module, change] of wrong)
    test(`${module}: a page, never back to the client, and nobody is signed out unasked`, async () => {
      const signedIn = await signIn(certified);
      const { browser } = signedIn;
      const { url, status, page } = await leave(browser, { ...wellFormed(signedIn), ...change(signedIn) });
      assert.equal(url, null);
      assert.ok(status === 400 || question.test(page), `${status}`);
      assert.ok(!page.includes(new URL(goodbye).host));
      assert.equal(await silently(browser), 'signed in');
    });
});

describe('Back-Channel Logout OP', () => {
  const clientId = 'client-3';

  test('oidcc-backchannel-rp-initiated-logout: the client hears of it from the provider itself', async () => {
    const signedIn = await signIn(certified, { clientId });
    const { browser, claims } = signedIn;
    const heard = receiver.next();
    const { url } = await leave(browser, wellFormed(signedIn));
    assert.equal(url?.searchParams.get('state'), state);
    assert.equal(await deliverLogouts(certified.server.argus.services, 10_000), 1);
    const { path, token, headers } = await heard;
    assert.equal(path, '/backchannel_logout');
    assert.equal(headers['content-type'], 'application/x-www-form-urlencoded');
    await assertSigned(token);
    const { iss, aud, iat, exp, jti, events, sub, sid, ...more } = claimsIn(token);
    assert.deepEqual([iss, aud, sub, sid], [certified.as.issuer, clientId, claims.sub, claims.sid]);
    assert.deepEqual(events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
    assert.ok(jti && Math.abs(iat - Date.now() / 1000) < 60 && exp > iat);
    assert.deepEqual(more, {}, 'above all no nonce');
    assert.equal(await silently(browser), 'login_required');
  });
});

/** The algorithm of the client's ID tokens, by a key that the provider publishes (Back-Channel Logout §2.4). */
async function assertSigned(token: string): Promise<void> {
  const { alg, kid } = headerOf(token);
  assert.equal(alg, 'RS256');
  const { keys } = await (await fetch(certified.as.jwks_uri ?? '')).json();
  const jwk = keys.find((each: { kid: string }) => each.kid === kid);
  const [header, payload, signature = ''] = token.split('.');
  const input = Buffer.from(`${header}.${payload}`);
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  assert.equal(verify('sha256', input, key, Buffer.from(signature, 'base64url')), true);
}

/** The suite's forgery: the same claims under a key of the suite's own. */
function signedByUs(token: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [header, payload] = token.split('.');
  const input = `${header}.${payload}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}
