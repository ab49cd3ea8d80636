import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ProviderSettings, providerSettingsSchema } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { presets } from '../src/federation/presets/index.ts';
import type { Wish } from '../src/federation/presets/preset.ts';
import {
  begin,
  comeBack,
  declare,
  lastRefusal,
  newBrowser,
  openFederationStage,
  sessionOf,
} from './federation-stage.ts';
import { answers, type HostileProvider, openHostileProvider } from './hostile-provider.ts';

const settingsOf = (more: Partial<ProviderSettings>): ProviderSettings => ({
  ...providerSettingsSchema.parse({ name: 'X', issuer: 'https://idp.example', clientId: 'argus' }),
  ...more,
});
const plain: Wish = { loginHint: null, isFresh: false, takesClaims: false };
const fresh: Wish = { ...plain, isFresh: true };
const mapped = { aal2Acr: ['gold', 'urn:okta:loa:2fa:any'], aal2Amr: [] };

test('every preset of the contract has its adapter', () => {
  assert.deepEqual(
    Object.keys(presets).sort(),
    [...providerSettingsSchema.shape.preset.unwrap().options].sort(),
  );
});

describe('any OpenID provider', () => {
  const { asks, profile } = presets.oidc;

  test('is asked for a fresh proof, for a level and for what proved it', () => {
    assert.deepEqual(asks(settingsOf({}), plain), {});
    assert.deepEqual(asks(settingsOf({}), { ...plain, loginHint: 'ada@example.org' }), {
      login_hint: 'ada@example.org',
    });
    assert.deepEqual(asks(settingsOf({ assurance: mapped }), fresh), {
      prompt: 'login',
      max_age: '0',
      acr_values: 'gold urn:okta:loa:2fa:any',
    });
    const { claims = '' } = asks(settingsOf({}), { ...plain, takesClaims: true });
    assert.deepEqual(JSON.parse(claims), { id_token: { acr: null, amr: null, auth_time: null } });
  });

  test('has confirmed an address only when it says exactly so', () => {
    const confirmed = (email_verified: unknown) =>
      profile({ email: 'a@b.example', email_verified }).isEmailConfirmed;
    assert.equal(confirmed(true), true);
    for (const other of [undefined, false, 'true', 1, 'false', {}]) assert.equal(confirmed(other), false);
  });
});

describe('Google', () => {
  const { asks, profile } = presets.google;

  test('shows its account chooser, for one domain that of the domain', () => {
    assert.deepEqual(asks(settingsOf({ domains: ['example.org'] }), plain), {
      prompt: 'select_account',
      hd: 'example.org',
    });
    assert.deepEqual(asks(settingsOf({ domains: ['a.example', 'b.example'] }), plain), {
      prompt: 'select_account',
    });
  });

  test('answers for its own mailboxes and for those of a Workspace, not for others that it knows as names', () => {
    const confirmed = (email: string, more: object = {}) =>
      profile({ email, email_verified: true, ...more }).isEmailConfirmed;
    assert.equal(confirmed('ada@gmail.com'), true);
    assert.equal(confirmed('ada@example.org', { hd: 'example.org' }), true);
    assert.equal(confirmed('ada@example.org'), false);
    assert.equal(confirmed('ada@gmail.com', { email_verified: false }), false);
    assert.equal(confirmed('ada@gmail.com.evil.example'), false);
  });
});

describe('Microsoft', () => {
  const { speaksFor, isCredible, profile } = presets.microsoft;
  const tid = '72f988bf-86f1-41af-91ab-2d7cd011db47';
  const issuer = `https://login.microsoftonline.com/${tid}/v2.0`;
  const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';

  test('speaks by its template for the shared endpoints alone', () => {
    const speaks = (declared: string, found: string) => speaksFor?.(settingsOf({ issuer: declared }), found);
    for (const shared of ['common', 'organizations', 'consumers'])
      assert.equal(speaks(`https://login.microsoftonline.com/${shared}/v2.0`, template), true);
    assert.equal(speaks(issuer, issuer), true);
    assert.equal(speaks(issuer, template), false);
    assert.equal(speaks('https://idp.example', template), false);
    assert.equal(speaks('https://login.microsoftonline.com/common/v2.0', 'https://evil.example'), false);
  });

  test('is believed when a token comes from the tenant that it names', () => {
    assert.equal(isCredible?.({ iss: issuer, tid }), true);
    assert.equal(isCredible?.({ iss: issuer, tid: tid.replace('7', '8') }), false);
    assert.equal(isCredible?.({ iss: `https://login.microsoftonline.com/../x/v2.0`, tid: '../x' }), false);
    assert.equal(isCredible?.({ iss: issuer }), false);
  });

  test('has confirmed an address only where it says that the domain is the tenant’s', () => {
    const confirmed = (more: object) =>
      profile({ email: 'a@b.example', email_verified: true, ...more }).isEmailConfirmed;
    assert.equal(confirmed({}), false, 'any administrator of any tenant may write any address');
    assert.equal(confirmed({ xms_edov: true }), true);
    assert.equal(confirmed({ xms_edov: false }), false);
    assert.equal(confirmed({ xms_edov: '0' }), false);
  });
});

test('Okta is asked only for levels that it knows', () => {
  assert.deepEqual(presets.okta.asks(settingsOf({ assurance: mapped }), fresh), {
    prompt: 'login',
    max_age: '0',
    acr_values: 'urn:okta:loa:2fa:any',
  });
  assert.deepEqual(presets.okta.asks(settingsOf({}), fresh), { prompt: 'login', max_age: '0' });
});

test('Keycloak is told that a level is a demand and no wish', () => {
  const { claims = '', ...asked } = presets.keycloak.asks(settingsOf({ assurance: mapped }), fresh);
  assert.deepEqual(asked, { prompt: 'login', max_age: '0' });
  assert.deepEqual(JSON.parse(claims), {
    id_token: { acr: { essential: true, values: mapped.aal2Acr }, amr: null, auth_time: null },
  });
});

describe('GitHub', () => {
  let server: TestServer;
  let hub: HostileProvider;
  before(async () => {
    server = await openFederationStage();
    hub = await openHostileProvider();
    await declare(server, {
      id: 'hub',
      issuer: hub.issuer,
      preset: 'github',
      scopes: ['read:user', 'user:email'],
    });
  });
  after(async () => {
    await hub[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => server.clock.advance(1000));

  const person = { id: 583231, login: 'octocat', name: 'The Octocat', email: 'shown@profile.example' };
  const emails = [
    { email: 'other@hub.example', primary: false, verified: true },
    { email: 'octocat@hub.example', primary: true, verified: true },
  ];

  async function walk(
    user: unknown,
    mails: unknown = emails,
    token: object = { access_token: 't', token_type: 'bearer' },
  ) {
    hub.asked.length = 0;
    hub.misdeed = {
      instead: {
        '/login/oauth/access_token': answers(200, JSON.stringify(token)),
        '/api/v3/user': answers(200, JSON.stringify(user)),
        '/api/v3/user/emails': answers(200, JSON.stringify(mails)),
      },
    };
    const browser = newBrowser(server);
    const asked = new URL(await begin(browser, 'hub'));
    const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({
      code: 'code',
      state: asked.searchParams.get('state') ?? '',
    }).toString();
    return { browser, asked, answer: await comeBack(browser, back.href) };
  }

  test('tells by its API who somebody is; the number names them, and the primary confirmed address', async () => {
    const { browser, asked, answer } = await walk(person);
    assert.equal(answer.status, 303, await answer.text());
    assert.equal(asked.pathname, '/login/oauth/authorize');
    assert.equal(asked.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(asked.searchParams.get('nonce'), null);
    const { user, session } = await sessionOf(browser);
    assert.deepEqual([user.email, user.name], ['octocat@hub.example', 'The Octocat']);
    assert.deepEqual([session.amr, session.acr], [['fed'], 'urn:argus:aal1']);
    const { rows } = await server.argus.services.store.pool.query('SELECT issuer, subject FROM identities');
    assert.deepEqual(rows, [{ issuer: hub.issuer, subject: '583231' }]);
  });

  test('means the same person under another name, and another one under the same', async () => {
    const first = await sessionOf((await walk(person)).browser);
    const renamed = await sessionOf((await walk({ ...person, login: 'renamed' })).browser);
    assert.equal(renamed.user.id, first.user.id);
    const mails = [{ email: 'successor@hub.example', primary: true, verified: true }];
    const successor = await sessionOf((await walk({ ...person, id: 583232 }, mails)).browser);
    assert.notEqual(successor.user.id, first.user.id);
  });

  test('confirms no address that is only shown, or not confirmed', async () => {
    const unconfirmed: readonly unknown[] = [
      [],
      [{ email: 'a@hub.example', primary: true, verified: false }],
      [{ email: 'a@hub.example', primary: false, verified: true }],
      { email: 'a@hub.example', primary: true, verified: true },
      null,
    ];
    for (const mails of unconfirmed) {
      const { browser, answer } = await walk({ ...person, id: 7 }, mails);
      assert.equal(answer.status, 403);
      assert.equal((await lastRefusal(server)).reason, 'email-not-confirmed');
      assert.equal((await browser.call('getSession')).status, 401);
    }
  });

  test('names nobody by what is no number', async () => {
    for (const id of [undefined, null, '583231', 0, -1, 1.5, 2 ** 60]) {
      const { answer } = await walk({ ...person, id });
      assert.equal(answer.status, 403, String(id));
      assert.equal((await lastRefusal(server)).reason, 'bad-subject');
    }
    for (const nothing of [null, [], 'x', 7]) assert.equal((await walk(nothing)).answer.status, 403);
  });

  test('answers errors with 200, and lets nobody in by them', async () => {
    const { answer } = await walk(person, emails, { error: 'bad_verification_code' });
    assert.equal(answer.status, 403);
    assert.equal((await lastRefusal(server)).reason, 'bad-answer');
  });

  test('cannot make a session fresh, since it does not say when somebody proved anything', async () => {
    const { browser } = await walk(person);
    const reply = await browser.call('beginFederatedSignIn', {
      params: { provider: 'hub' },
      body: { purpose: 'step-up' },
    });
    const asked = new URL(reply.body.location);
    const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({
      code: 'code',
      state: asked.searchParams.get('state') ?? '',
    }).toString();
    assert.equal((await comeBack(browser, back.href)).status, 403);
    assert.equal((await lastRefusal(server)).reason, 'not-fresh');
  });
});
