import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import { type Operator, operatorOf, told } from './admin-stage.ts';
import {
  askToken,
  authorizationUrl,
  basic,
  browserOf,
  callback,
  openProvider,
  pkce,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { password } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openProvider();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

let people = 0;

interface Person {
  readonly email: string;
  readonly userId: string;
  readonly browser: UserAgent;
}

async function somebody(): Promise<Person> {
  people += 1;
  const email = `person-${people}@example.org`;
  const browser = browserOf(server);
  await browser.call('signUp', { body: { email, password } });
  const { body } = await browser.call('signIn', { body: { identifier: email, password } });
  return { email, browser, userId: body.user.id };
}

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** Let a client in, consent and all. */
async function letIn({ browser }: Person, clientId: string): Promise<Tokens> {
  const { verifier, challenge } = pkce();
  const url = authorizationUrl(server, clientId, { code_challenge: challenge, scope: 'openid email' });
  const arrived = await travel(browser, url);
  const { status, body } = await redeem(clientId, arrived.url?.searchParams.get('code') ?? '', verifier);
  assert.equal(status, 200, JSON.stringify(body));
  return { access: body.access_token, refresh: body.refresh_token };
}

function redeem(clientId: string, code: string, verifier: string) {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
  return askToken(server, fields, basic(clientId));
}

const refresh = (clientId: string, { refresh: token }: Tokens) =>
  askToken(server, { grant_type: 'refresh_token', refresh_token: token }, basic(clientId));

async function isLive({ access }: Tokens): Promise<boolean> {
  const { status } = await browserOf(server).fetch('/oauth/userinfo', {
    headers: { authorization: `Bearer ${access}` },
  });
  return status === 200;
}

const consentsOf = async ({ browser }: Person) => (await browser.call('listConsents')).body.consents;

describe('a client that is disabled', () => {
  test('loses everything at once: what it holds, what it was promised, and what it could ask for', async () => {
    await registerClient(server, 'closing');
    const person = await somebody();
    const tokens = await letIn(person, 'closing');
    const { verifier, challenge } = pkce();
    const url = authorizationUrl(server, 'closing', { code_challenge: challenge, scope: 'openid email' });
    const promised = (await travel(person.browser, url)).url?.searchParams.get('code') ?? '';
    assert.ok(await isLive(tokens));
    await operator('adminChangeClient', { params: { id: 'closing' }, body: { status: 'disabled' } });
    assert.equal(await isLive(tokens), false);
    assert.equal((await refresh('closing', tokens)).body.error, 'invalid_client');
    assert.equal((await redeem('closing', promised, verifier)).body.error, 'invalid_client');
    const { url: to, status } = await travel(person.browser, url);
    assert.deepEqual([to, status >= 400], [null, true], 'nobody is sent to a client that is disabled');
    assert.equal((await told(operator, 'client.disabled'))[0].details.clientId, 'closing');
    assert.equal((await person.browser.call('getSession')).status, 200, 'the person stays signed in');
  });

  test('can begin anew when it is enabled, and what ended stays ended', async () => {
    await registerClient(server, 'pausing');
    const person = await somebody();
    const before = await letIn(person, 'pausing');
    const set = (status: string) =>
      operator('adminChangeClient', { params: { id: 'pausing' }, body: { status } });
    await set('disabled');
    await set('active');
    assert.equal((await told(operator, 'client.enabled'))[0].details.clientId, 'pausing');
    assert.equal((await refresh('pausing', before)).body.error, 'invalid_grant');
    assert.equal(await isLive(before), false);
    assert.ok(await isLive(await letIn(person, 'pausing')));
  });

  test('leaves other clients alone', async () => {
    await registerClient(server, 'one');
    await registerClient(server, 'two');
    const person = await somebody();
    const [one, two] = [await letIn(person, 'one'), await letIn(person, 'two')];
    await operator('adminChangeClient', { params: { id: 'one' }, body: { status: 'disabled' } });
    assert.deepEqual([await isLive(one), await isLive(two)], [false, true]);
    assert.equal((await refresh('two', two)).status, 200);
  });
});

describe('a client that is removed', () => {
  test('is gone with what people agreed to, and its name gives nothing to who takes it next', async () => {
    await registerClient(server, 'leaving');
    const person = await somebody();
    const tokens = await letIn(person, 'leaving');
    assert.equal((await operator('adminRemoveClient', { params: { id: 'leaving' } })).status, 204);
    assert.equal((await operator('adminRemoveClient', { params: { id: 'leaving' } })).status, 404);
    assert.equal(await isLive(tokens), false);
    assert.deepEqual(await consentsOf(person), []);
    assert.equal((await told(operator, 'client.removed'))[0].details.clientId, 'leaving');
    await registerClient(server, 'leaving');
    assert.equal((await refresh('leaving', tokens)).body.error, 'invalid_grant');
    assert.equal(await isLive(tokens), false);
    const { pages } = await travel(
      person.browser,
      authorizationUrl(server, 'leaving', { code_challenge: pkce().challenge }),
    );
    assert.deepEqual(pages, ['/oauth/authorize'], 'people are asked again');
  });

  test('cannot be one of another tenant', async () => {
    await registerClient(server, 'far', { tenant: 'other' as TenantId });
    assert.equal((await operator('adminRemoveClient', { params: { id: 'far' } })).status, 404);
    assert.equal((await operator('adminShowClient', { params: { id: 'far' } }, 'other')).status, 200);
  });
});

describe('what a person has agreed to', () => {
  test('is listed with its scopes and its end, page by page', async () => {
    const person = await somebody();
    for (const id of ['list-a', 'list-b', 'list-c']) {
      await registerClient(server, id, { consentDays: id === 'list-b' ? null : 10 });
      await letIn(person, id);
    }
    const first = (await person.browser.call('listConsents', { query: { limit: '2' } })).body;
    const second = (
      await person.browser.call('listConsents', { query: { limit: '2', cursor: first.nextCursor } })
    ).body;
    const all = [...first.consents, ...second.consents];
    assert.deepEqual(
      all.map((each) => [each.clientId, each.clientName, each.scope.sort()]),
      ['list-a', 'list-b', 'list-c'].map((id) => [id, `Application ${id}`, ['email', 'openid']]),
    );
    assert.equal(second.nextCursor, null);
    const [a, b] = all;
    assert.equal(Date.parse(a.expiresAt) - Date.parse(a.grantedAt), 10 * 86_400_000);
    assert.equal(b.expiresAt, null);
  });

  test('is withdrawn: the client holds nothing of this person any more, and asks again', async () => {
    await registerClient(server, 'withdrawn');
    const [person, other] = [await somebody(), await somebody()];
    const [mine, theirs] = [await letIn(person, 'withdrawn'), await letIn(other, 'withdrawn')];
    const params = { clientId: 'withdrawn' };
    assert.equal((await person.browser.call('withdrawConsent', { params })).status, 204);
    assert.deepEqual(await consentsOf(person), []);
    assert.deepEqual([await isLive(mine), await isLive(theirs)], [false, true]);
    assert.equal((await refresh('withdrawn', mine)).body.error, 'invalid_grant');
    assert.equal((await refresh('withdrawn', theirs)).status, 200);
    assert.equal((await person.browser.call('getSession')).status, 200);
    const url = authorizationUrl(server, 'withdrawn', { code_challenge: pkce().challenge });
    assert.deepEqual((await travel(person.browser, url)).pages, ['/oauth/authorize']);
  });

  test('and its withdrawal are told in the audit log, with every grant that ended', async () => {
    await registerClient(server, 'audited');
    const person = await somebody();
    await letIn(person, 'audited');
    await letIn(person, 'audited');
    await person.browser.call('withdrawConsent', { params: { clientId: 'audited' } });
    const [withdrawn] = await told(operator, 'consent.withdrawn');
    assert.deepEqual(
      [withdrawn.actor, withdrawn.userId, withdrawn.details],
      ['user', person.userId, { clientId: 'audited' }],
    );
    const ended = (await told(operator, 'grant.ended')).filter(({ userId }) => userId === person.userId);
    assert.equal(ended.length, 2);
    assert.equal(new Set(ended.map(({ grantId }) => grantId)).size, 2);
    for (const { reason, details } of ended)
      assert.deepEqual([reason, details], ['consent-withdrawn', { clientId: 'audited' }]);
  });

  test('is nothing that another person, nobody or another client’s name withdraws', async () => {
    await registerClient(server, 'kept');
    const [person, stranger] = [await somebody(), await somebody()];
    const tokens = await letIn(person, 'kept');
    const statuses = [
      (await stranger.browser.call('withdrawConsent', { params: { clientId: 'kept' } })).status,
      (await browserOf(server).call('withdrawConsent', { params: { clientId: 'kept' } })).status,
      (await person.browser.call('withdrawConsent', { params: { clientId: 'kep' } })).status,
      (await person.browser.call('withdrawConsent', { params: { clientId: 'argus' } })).status,
    ];
    assert.deepEqual(statuses, [404, 401, 404, 404]);
    assert.ok(await isLive(tokens));
    assert.equal((await consentsOf(person)).length, 1);
  });

  test('is seen and withdrawn by who administers the tenant, and by nobody of another', async () => {
    await registerClient(server, 'overseen');
    const person = await somebody();
    const tokens = await letIn(person, 'overseen');
    const params = { id: person.userId };
    const both = { id: person.userId, clientId: 'overseen' };
    const of = async (tenant: string) =>
      (await operator('adminListConsents', { params }, tenant)).body.consents;
    assert.deepEqual([(await of('default')).length, (await of('other')).length], [1, 0]);
    assert.equal((await operator('adminWithdrawConsent', { params: both }, 'other')).status, 404);
    assert.ok(await isLive(tokens));
    assert.equal((await operator('adminWithdrawConsent', { params: both })).status, 204);
    assert.equal(await isLive(tokens), false);
    assert.deepEqual((await told(operator, 'consent.withdrawn'))[0].actor, 'operator');
  });
});

test('a client that is disabled while it redeems its code holds nothing afterwards', async () => {
  const person = await somebody();
  for (let round = 0; round < 10; round += 1) {
    const id = `racing-${round}`;
    await registerClient(server, id);
    const { verifier, challenge } = pkce();
    const url = authorizationUrl(server, id, { code_challenge: challenge, scope: 'openid email' });
    const code = (await travel(person.browser, url)).url?.searchParams.get('code') ?? '';
    const [redeemed] = await Promise.all([
      redeem(id, code, verifier),
      operator('adminChangeClient', { params: { id }, body: { status: 'disabled' } }),
    ]);
    const { rows } = await server.argus.services.store.pool.query(
      "SELECT count(*)::int AS live FROM grants WHERE client_id = $1 AND status = 'active'",
      [id],
    );
    assert.equal(rows[0].live, 0, `round ${round}`);
    if (redeemed.status === 200)
      assert.equal(
        await isLive({ access: redeemed.body.access_token, refresh: '' }),
        false,
        `round ${round}`,
      );
  }
});
