import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import {
  begin,
  comeBack,
  declare,
  lastRefusal,
  newBrowser,
  openFederationStage,
  sessionOf,
  upstreamSecret,
} from './federation-stage.ts';
import { type HostileProvider, honest, type Misdeed, openHostileProvider } from './hostile-provider.ts';
import { holdings } from './stage.ts';

let server: TestServer;
let idp: HostileProvider;
let other: HostileProvider;
before(async () => {
  server = await openFederationStage();
  idp = await openHostileProvider();
  other = await openHostileProvider();
  await declare(server, { id: 'other', issuer: other.issuer });
});
after(async () => {
  await idp[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
// Each test finds a provider that Argus has never asked before.
beforeEach(async () => {
  idp.misdeed = {};
  server.clock.advance(1000);
  await declare(server, { id: 'evil', issuer: idp.issuer });
});

/** What is kept, but for what refusals leave: a line in the log and a mark that it was tried. */
async function kept(): Promise<Record<string, string>> {
  const { marks: _, ...rest } = await holdings(server, false);
  return rest;
}

/** There and back; the provider misbehaves from the beginning. */
async function journey(misdeed: Misdeed = {}) {
  const browser = newBrowser(server);
  idp.misdeed = { ...misdeed, claims: { ...honest(server.clock.now()), ...misdeed.claims } };
  const answer = await comeBack(browser, await idp.visit(await begin(browser, 'evil')));
  return { browser, answer, html: await answer.text() };
}

async function assertRefused(misdeed: Misdeed, reason: string, detail?: string): Promise<void> {
  const before = await kept();
  const { browser, answer, html } = await journey(misdeed);
  assert.equal(answer.status, 403, html);
  const why = await lastRefusal(server);
  assert.equal(why.reason, reason);
  if (detail !== undefined) assert.equal(why.detail, detail);
  assert.equal((await browser.call('getSession')).status, 401);
  assert.deepEqual(await kept(), before);
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const payloadOf = (token: string) => token.split('.')[1] ?? '';
const headerOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());

test('the same provider, when it does everything right, lets its person in', async () => {
  const { browser, answer, html } = await journey();
  assert.equal(answer.status, 303, html);
  const { user, session } = await sessionOf(browser);
  assert.equal(user.email, 'mallory@upstream.example');
  assert.deepEqual(
    [session.amr, session.acr],
    [['fed'], 'urn:argus:aal1'],
    'no word of how means one factor',
  );
  assert.equal(Date.parse(session.authTime), server.clock.now(), 'no word of when means now');
});

describe('an ID token lets nobody in that', () => {
  const lies: readonly [what: string, misdeed: Misdeed, reason: string, detail?: string][] = [
    ['has another issuer', { claims: { iss: 'https://idp.example' } }, 'wrong-claim', 'iss'],
    ['is for another client', { claims: { aud: 'another' } }, 'wrong-claim', 'aud'],
    [
      'is for several clients, and not given to this one',
      { claims: { aud: ['argus', 'another'], azp: 'another' } },
      'wrong-claim',
      'azp',
    ],
    ['has another nonce', { claims: { nonce: 'n'.repeat(43) } }, 'wrong-claim', 'nonce'],
    ['has no nonce', { claims: { nonce: undefined } }, 'bad-answer'],
    ['has expired', { claims: { exp: 1 } }, 'expired'],
    ['is not yet good', { claims: { nbf: 4_000_000_000 } }, 'expired'],
    ['has no end', { claims: { exp: undefined } }, 'bad-answer'],
    ['names nobody', { claims: { sub: undefined } }, 'bad-answer'],
    ['names somebody by a number', { claims: { sub: 42 } }, 'bad-answer'],
    ['names somebody at too great length', { claims: { sub: 'x'.repeat(256) } }, 'bad-subject'],
    ['names somebody with a NUL', { claims: { sub: 'a\0b' } }, 'bad-subject'],
    ['is not there', { idToken: () => undefined }, 'bad-answer'],
    ['is no token', { idToken: () => 'x.y' }, 'bad-answer'],
    [
      'is not signed',
      { idToken: (token) => `${encode({ alg: 'none', typ: 'JWT' })}.${payloadOf(token)}.` },
      'bad-answer',
    ],
    [
      'is signed with the client’s secret',
      {
        idToken(token) {
          const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${payloadOf(token)}`;
          return `${input}.${createHmac('sha256', upstreamSecret).update(input).digest('base64url')}`;
        },
        metadata: { id_token_signing_alg_values_supported: ['RS256', 'HS256'] },
      },
      'bad-signature',
    ],
    [
      'is signed with the public key as a secret',
      {
        idToken(token) {
          const { kid } = headerOf(token);
          const [jwk] = idp.keys.toJSON();
          const input = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${payloadOf(token)}`;
          return `${input}.${createHmac('sha256', JSON.stringify(jwk)).update(input).digest('base64url')}`;
        },
        metadata: { id_token_signing_alg_values_supported: ['RS256', 'HS256'] },
      },
      'bad-signature',
    ],
    ['has a changed payload', { idToken: changed }, 'bad-signature'],
    ['has a signature that is cut', { idToken: (token) => token.slice(0, -6) }, 'bad-signature'],
    [
      'is signed by a stranger under a name of the provider',
      { idToken: (token) => resigned(token, {}) },
      'bad-signature',
    ],
    ['is signed by a stranger', { idToken: (token) => resigned(token, { kid: 'stranger' }) }, 'unknown-key'],
    [
      'brings its own key',
      { idToken: (token) => resigned(token, { jwk: stranger.publicKey.export({ format: 'jwk' }) }) },
      'bad-signature',
      'bad-header',
    ],
    [
      'says where its key is',
      { idToken: (token) => resigned(token, { jku: `${other.issuer}/jwks` }) },
      'bad-signature',
      'bad-header',
    ],
    [
      'is another kind of token',
      { idToken: (token) => resigned(token, { typ: 'at+jwt' }) },
      'bad-signature',
      'wrong-type',
    ],
  ];
  for (const [what, misdeed, reason, detail] of lies)
    test(what, () => assertRefused(misdeed, reason, detail));
});

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

function resigned(token: string, header: object): string {
  const input = `${encode({ ...headerOf(token), ...header })}.${payloadOf(token)}`;
  return `${input}.${sign('sha256', Buffer.from(input), stranger.privateKey).toString('base64url')}`;
}

function changed(token: string): string {
  const [header, , signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payloadOf(token), 'base64url').toString());
  return `${header}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`;
}

function namesIssuers(answer: URLSearchParams, issuers: readonly string[]): void {
  for (const issuer of issuers) answer.append('iss', issuer);
}

function saysNo(answer: URLSearchParams, error: string): void {
  answer.delete('code');
  answer.set('error', error);
}

describe('an answer by the browser lets nobody in that', () => {
  const lies: readonly [what: string, misdeed: Misdeed, reason: string][] = [
    ['names another issuer', { back: (answer) => answer.set('iss', 'https://idp.example') }, 'wrong-issuer'],
    [
      'names two issuers',
      { back: (answer) => namesIssuers(answer, [idp.issuer, other.issuer]) },
      'wrong-issuer',
    ],
    [
      'names no issuer, where the provider says that it does',
      { metadata: { authorization_response_iss_parameter_supported: true } },
      'wrong-issuer',
    ],
    ['brings another code', { back: (answer) => answer.set('code', 'stolen') }, 'bad-answer'],
    ['brings two codes', { back: (answer) => answer.append('code', 'another') }, 'bad-answer'],
    ['brings no code', { back: (answer) => answer.delete('code') }, 'bad-answer'],
    ['brings an ID token', { back: (answer) => answer.set('id_token', 'x.y.z') }, 'bad-answer'],
    [
      'says no',
      {
        back: (answer) => saysNo(answer, 'access_denied'),
      },
      'denied-there',
    ],
    ['says no in words of its own', { back: (answer) => saysNo(answer, '<script>') }, 'error-there'],
  ];
  for (const [what, misdeed, reason] of lies) test(what, () => assertRefused(misdeed, reason));

  test('comes to the callback of another provider', async () => {
    const browser = newBrowser(server);
    const back = await idp.visit(await begin(browser, 'evil'));
    const answer = await comeBack(browser, back.replace('/federated/evil/', '/federated/other/'));
    assert.equal(answer.status, 403);
    assert.deepEqual(await lastRefusal(server).then(({ reason, detail }) => [reason, detail]), [
      'wrong-issuer',
      'callback',
    ]);
    assert.equal((await browser.call('getSession')).status, 401);
  });

  test('was meant for another provider: its code is never shown to the wrong one', async () => {
    const browser = newBrowser(server);
    const theirs = new URL(await other.visit(await begin(browser, 'other')));
    const ours = new URL(await idp.visit(await begin(browser, 'evil')));
    ours.searchParams.set('code', theirs.searchParams.get('code') ?? '');
    ours.searchParams.set('iss', other.issuer);
    idp.asked.length = 0;
    assert.equal((await comeBack(browser, ours.href)).status, 403);
    assert.ok(!idp.asked.includes('/token'));
  });
});

describe('nothing of what a provider sends is shown to the person', () => {
  test('neither its error nor its description', async () => {
    const { html } = await journey({
      back(answer) {
        saysNo(answer, '<img src=x>');
        answer.set('error_description', 'Call this number at once');
      },
    });
    assert.doesNotMatch(html, /<img|Call this number/);
    assert.match(html, /Provider evil did not confirm who you are/);
  });

  test('and a name with markup is a name', async () => {
    const { browser } = await journey({
      claims: {
        sub: 'markup',
        email: 'markup@upstream.example',
        name: '<b>bold</b>\u202e',
      },
    });
    const html = await (await browser.fetch('/account')).text();
    assert.doesNotMatch(html, /<b>bold/);
    assert.equal((await sessionOf(browser)).user.name, '<b>bold</b>');
  });
});

describe('what a provider says of itself is refused that', () => {
  const lies: readonly [what: string, change: Record<string, unknown>, reason: string][] = [
    ['speaks for another issuer', { issuer: 'https://idp.example' }, 'wrong-claim'],
    ['speaks for no issuer', { issuer: 7 }, 'bad-answer'],
    ['speaks for what is no address', { issuer: 'nothing' }, 'bad-answer'],
    ['redeems codes at a private place', { token_endpoint: 'http://10.0.0.1/token' }, 'unsafe-address'],
    [
      'keeps keys in the clouds’ own network',
      { jwks_uri: 'http://169.254.169.254/latest' },
      'unsafe-address',
    ],
    ['has no keys', { jwks_uri: undefined }, 'unsafe-address'],
    ['runs script in the browser', { authorization_endpoint: 'javascript:alert(1)' }, 'unsafe-address'],
    ['hides a password in an address', { token_endpoint: 'https://a:b@idp.example/token' }, 'unsafe-address'],
  ];
  for (const [what, change, reason] of lies) {
    test(what, async () => {
      idp.misdeed = { metadata: change };
      const { status, body } = await newBrowser(server).call('beginFederatedSignIn', {
        params: { provider: 'evil' },
      });
      assert.deepEqual([status, body.code], [403, 'provider_refused']);
      assert.equal((await lastRefusal(server)).reason, reason);
    });
  }

  test('sends Argus to a private place for more about the person', async () => {
    const misdeed = {
      claims: { sub: 'no-address', email: undefined },
      metadata: { userinfo_endpoint: 'http://192.168.0.1/me' },
    };
    const { answer } = await journey(misdeed);
    assert.equal(answer.status, 503);
    assert.equal((await lastRefusal(server)).reason, 'unsafe-address');
  });

  test('tells of another person there than in the ID token', async () => {
    const { answer } = await journey({
      claims: { sub: 'swapped', email: undefined },
      userinfo: { sub: 'somebody-else', email: 'victim@example.org', email_verified: true },
    });
    assert.equal(answer.status, 403);
    assert.deepEqual(await lastRefusal(server).then(({ reason, detail }) => [reason, detail]), [
      'wrong-claim',
      'sub',
    ]);
  });
});
