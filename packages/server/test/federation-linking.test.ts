import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { identitiesOfUser } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  begin,
  comeBack,
  declare,
  formTokenIn,
  formTokenOn,
  hiddenIn,
  lastRefusal,
  newBrowser,
  openFederationStage,
  post,
  sessionOf,
} from './federation-stage.ts';
import { type HostileProvider, openHostileProvider } from './hostile-provider.ts';
import { holdings, type Person, password, someone, tenant } from './stage.ts';

let server: TestServer;
let idp: HostileProvider;
let second: HostileProvider;
before(async () => {
  server = await openFederationStage();
  idp = await openHostileProvider();
  second = await openHostileProvider();
  await declare(server, { id: 'one', issuer: idp.issuer });
  await declare(server, { id: 'two', issuer: second.issuer });
  await declare(server, { id: 'closed', issuer: idp.issuer, newUsers: 'refuse' });
  await declare(server, { id: 'doubted', issuer: idp.issuer, trustsEmail: false });
});
after(async () => {
  await idp[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => server.clock.advanceTo(Math.max(server.clock.now(), Date.now())));

let subjects = 0;
/** Somebody there whom nobody here has seen before. */
function stranger(email: string, isConfirmed = true) {
  subjects += 1;
  return { sub: `subject-${subjects}`, email, email_verified: isConfirmed, name: 'Stranger' };
}

interface Walk {
  readonly browser?: UserAgent;
  readonly provider?: string;
  readonly at?: HostileProvider;
  readonly body?: object;
}

async function walk(
  claims: object,
  { browser = newBrowser(server), provider = 'one', at = idp, body = {} }: Walk = {},
) {
  at.misdeed = { claims: { ...claims } };
  const answer = await comeBack(browser, await at.visit(await begin(browser, provider, body)));
  return { browser, answer, html: await answer.text() };
}

async function isSignedIn(browser: UserAgent): Promise<boolean> {
  return (await browser.call('getSession')).status === 200;
}

function identities({ userId }: Pick<Person, 'userId'>) {
  return identitiesOfUser(server.argus.services.store.pool, tenant, userId);
}

/** Everything but the log, the marks of what was tried, and devices. */
async function kept(): Promise<Record<string, string>> {
  const { marks: _, ...rest } = await holdings(server, false);
  return rest;
}

describe('who has the address of an account at a provider', () => {
  test('does not get into it, even when the provider has confirmed the address', async () => {
    const victim = await someone(server);
    const before = await kept();
    const { browser, answer, html } = await walk(stranger(victim.email));
    assert.equal(answer.status, 409);
    assert.match(html, /You have an account here already/);
    assert.equal(await isSignedIn(browser), false);
    assert.deepEqual(await identities(victim), []);
    assert.deepEqual(await kept(), before);
    const { event } = await lastRefusal(server);
    assert.deepEqual([event?.reason, event?.userId], ['account-not-linked', victim.userId]);
  });

  test('does not learn whether there is one, when nobody has confirmed the address', async () => {
    const victim = await someone(server);
    const shown = async (email: string, provider: string, isConfirmed: boolean) => {
      const { answer, html } = await walk(stranger(email, isConfirmed), { provider });
      return [answer.status, html];
    };
    assert.deepEqual(
      await shown(victim.email, 'one', false),
      await shown('nobody@example.org', 'one', false),
    );
    assert.deepEqual(
      await shown(victim.email, 'doubted', true),
      await shown('nobody@example.org', 'doubted', true),
    );
    const [status, html] = await shown('nobody@example.org', 'one', false);
    assert.equal(status, 403);
    assert.match(String(html), /Provider one did not confirm an e-mail address of yours/);
  });

  test('connects the two by proving the account as well, in the same browser, and is signed in by it', async () => {
    const owner = await someone(server);
    const claims = stranger(owner.email);
    const { browser, html } = await walk(claims, { body: { returnTo: '/account?from=there' } });
    const fields = connecting(html, owner.email);
    const answer = await post(browser, '/sign-in/connect', { ...fields, password });
    assert.equal(answer.status, 303, await answer.text());
    assert.equal(answer.headers.get('location'), '/account?from=there');
    const { user, session } = await sessionOf(browser);
    assert.equal(user.id, owner.userId);
    assert.deepEqual(session.amr, ['pwd'], 'it was the password that proved the account');
    assert.deepEqual(
      (await identities(owner)).map(({ subject }) => subject),
      [claims.sub],
    );
    const again = await walk(claims);
    assert.equal(again.answer.status, 303);
    assert.equal((await sessionOf(again.browser)).user.id, owner.userId);
  });

  test('does not connect them by a wrong password', async () => {
    const owner = await someone(server);
    const { browser, html } = await walk(stranger(owner.email));
    const answer = await post(browser, '/sign-in/connect', {
      ...connecting(html, owner.email),
      password: 'wrong',
    });
    assert.equal(answer.status, 401);
    assert.equal(hiddenIn(await answer.text(), 'link'), hiddenIn(html, 'link'), 'another try is possible');
    assert.deepEqual(await identities(owner), []);
    assert.equal(await isSignedIn(browser), false);
  });

  test('cannot have the owner connect them in another browser', async () => {
    const [attacker, owner] = [await someone(server), await someone(server)];
    const { html } = await walk(stranger(attacker.email));
    const victim = newBrowser(server);
    const formToken = await formTokenOn(victim, '/sign-in');
    const fields = { ...connecting(html, owner.email), formToken, password };
    const answer = await post(victim, '/sign-in/connect', fields);
    assert.equal(answer.status, 403);
    assert.deepEqual(await identities(owner), []);
    assert.equal(await isSignedIn(victim), false);
  });

  test('has ten minutes, and one try that succeeds', async () => {
    const owner = await someone(server);
    const late = await walk(stranger(owner.email));
    const fields = connecting(late.html, owner.email);
    server.clock.advance(600_001);
    assert.equal((await post(late.browser, '/sign-in/connect', { ...fields, password })).status, 403);
    const { browser, html } = await walk(stranger(owner.email));
    const copy = browser.copy();
    const both = connecting(html, owner.email);
    assert.equal((await post(browser, '/sign-in/connect', { ...both, password })).status, 303);
    assert.equal((await post(copy, '/sign-in/connect', { ...both, password })).status, 409);
    assert.equal((await identities(owner)).length, 1);
  });
});

function connecting(html: string, identifier: string) {
  const link = hiddenIn(html, 'link') ?? assert.fail('nothing to connect');
  const returnTo = hiddenIn(html, 'returnTo') ?? '';
  return { formToken: formTokenIn(html), link, identifier, returnTo };
}

describe('a person from a provider', () => {
  test('is known by issuer and subject alone: the same subject elsewhere is somebody else', async () => {
    const claims = { sub: 'same-subject', email: 'first@upstream.example', email_verified: true };
    const first = await sessionOf((await walk(claims)).browser);
    const elsewhere = { ...claims, email: 'second@upstream.example' };
    const other = await sessionOf((await walk(elsewhere, { provider: 'two', at: second })).browser);
    assert.notEqual(other.user.id, first.user.id);
  });

  test('stays the same person when the address there changes, even to that of another account', async () => {
    const victim = await someone(server);
    const claims = stranger('before@upstream.example');
    const first = await sessionOf((await walk(claims)).browser);
    const { browser } = await walk({ ...claims, email: victim.email });
    const { user } = await sessionOf(browser);
    assert.equal(user.id, first.user.id);
    assert.equal(user.email, 'before@upstream.example');
    assert.notEqual(user.id, victim.userId);
  });

  test('stays out when the account is disabled, and says so in the log alone', async () => {
    const claims = stranger('disabled@upstream.example');
    const { user } = await sessionOf((await walk(claims)).browser);
    await server.argus.services.store.pool.query("UPDATE users SET status = 'disabled' WHERE id = $1", [
      user.id,
    ]);
    const { browser, answer } = await walk(claims);
    assert.equal(answer.status, 403);
    assert.equal((await lastRefusal(server)).reason, 'user-disabled');
    assert.equal(await isSignedIn(browser), false);
  });

  test('gets no account where the provider’s people need one already', async () => {
    const before = await kept();
    const { browser, answer, html } = await walk(stranger('new@upstream.example'), { provider: 'closed' });
    assert.equal(answer.status, 403);
    assert.match(html, /There is no account for you yet/);
    assert.equal(await isSignedIn(browser), false);
    assert.deepEqual(await kept(), before);
  });

  test('comes twice at the same moment and gets one account', async () => {
    const claims = stranger('hasty@upstream.example');
    idp.misdeed = { claims };
    const browsers = Array.from({ length: 8 }, () => newBrowser(server));
    const backs = await Promise.all(browsers.map(async (browser) => idp.visit(await begin(browser, 'one'))));
    const answers = await Promise.all(browsers.map((browser, at) => comeBack(browser, backs[at] ?? '')));
    assert.deepEqual(
      answers.map(({ status }) => status),
      browsers.map(() => 303),
    );
    const ids = await Promise.all(browsers.map(async (browser) => (await sessionOf(browser)).user.id));
    assert.equal(new Set(ids).size, 1);
  });
});

describe('the account page', () => {
  test('connects a provider: its form leads there by a page, and back to it', async () => {
    const owner = await someone(server);
    const claims = stranger('whatever@elsewhere.example', false);
    idp.misdeed = { claims };
    const formToken = await formTokenOn(owner.browser, '/account');
    const leaving = await post(owner.browser, '/sign-in/federated/one', { formToken, purpose: 'link' });
    assert.equal(leaving.status, 200);
    const location =
      /^0;url=(.+)$/.exec(leaving.headers.get('refresh') ?? '')?.[1] ?? assert.fail('it leads nowhere');
    assert.ok(location.startsWith(`${idp.issuer}/authorize?`));
    assert.ok(
      (await leaving.text()).includes(location.replaceAll('&', '&amp;')),
      'the link works without the header',
    );
    const answer = await comeBack(owner.browser, await idp.visit(location));
    assert.equal(answer.headers.get('location'), '/account?notice=provider-connected');
    assert.deepEqual(
      (await identities(owner)).map(({ subject, email }) => [subject, email]),
      [[claims.sub, claims.email]],
    );
  });

  test('connects nothing that is somebody else’s', async () => {
    const claims = stranger('taken@upstream.example');
    await walk(claims);
    const owner = await someone(server);
    const { answer, html } = await walk(claims, { browser: owner.browser, body: { purpose: 'link' } });
    assert.equal(answer.status, 409);
    assert.match(html, /belongs to another account here/);
    assert.deepEqual(await identities(owner), []);
    assert.equal((await lastRefusal(server)).reason, 'identity-taken');
  });

  test('connects nothing to a session that somebody else has signed in to meanwhile', async () => {
    const [attacker, victim] = [await someone(server), await someone(server)];
    idp.misdeed = { claims: stranger('attacker@upstream.example') };
    const back = await idp.visit(await begin(attacker.browser, 'one', { purpose: 'link' }));
    const planted = victim.browser.copy();
    for (const [name, value] of attacker.browser.cookies)
      if (name.includes('attempt')) planted.cookies.set(name, value);
    assert.equal((await comeBack(planted, back)).status, 401);
    assert.deepEqual(await identities(victim), []);
  });

  test('asks who is there again before it connects or disconnects, once a quarter of an hour has passed', async () => {
    const owner = await someone(server);
    await walk(stranger('old@upstream.example'), { browser: owner.browser, body: { purpose: 'link' } });
    const [{ issuer, subject } = assert.fail('not connected')] = await identities(owner);
    server.clock.advance(15 * 60_000 + 1);
    const formToken = await formTokenOn(owner.browser, '/account');
    const disconnecting = await post(owner.browser, '/account/identities/disconnect', {
      formToken,
      issuer,
      subject,
    });
    const connecting = await post(owner.browser, '/sign-in/federated/two', { formToken, purpose: 'link' });
    for (const answer of [disconnecting, connecting]) {
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.get('location'), '/step-up?returnTo=%2Faccount&acr=urn%3Aargus%3Aaal1');
    }
    const byScript = await owner.browser.call('beginFederatedSignIn', {
      params: { provider: 'two' },
      body: { purpose: 'link' },
    });
    assert.deepEqual([byScript.status, byScript.body.code], [401, 'insufficient_user_authentication']);
    assert.equal((await identities(owner)).length, 1);
  });

  test('disconnects a provider, whose person is a stranger again', async () => {
    const owner = await someone(server);
    const claims = stranger('apart@upstream.example');
    await walk(claims, { browser: owner.browser, body: { purpose: 'link' } });
    assert.equal(
      (await disconnect(owner.browser, idp.issuer, claims.sub)).headers.get('location'),
      '/account?notice=provider-disconnected',
    );
    assert.deepEqual(await identities(owner), []);
    assert.notEqual((await sessionOf((await walk(claims)).browser)).user.id, owner.userId);
  });

  test('never takes the last way in away', async () => {
    const claims = stranger('only@upstream.example');
    const { browser } = await walk(claims);
    const { user } = await sessionOf(browser);
    const answer = await disconnect(browser, idp.issuer, claims.sub);
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /Your only way to sign in/);
    assert.equal((await identities({ userId: user.id })).length, 1);
  });

  test('leaves one way in when both are taken away at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const claims = stranger(`both-${round}@upstream.example`);
      const { browser } = await walk(claims);
      const { user } = await sessionOf(browser);
      const elsewhere = { ...claims, sub: `elsewhere-${round}` };
      await walk(elsewhere, { browser, provider: 'two', at: second, body: { purpose: 'link' } });
      assert.equal((await identities({ userId: user.id })).length, 2);
      const formToken = await formTokenOn(browser, '/account');
      const take = (issuer: string, subject: string) =>
        post(browser, '/account/identities/disconnect', { formToken, issuer, subject });
      await Promise.all([take(idp.issuer, claims.sub), take(second.issuer, elsewhere.sub)]);
      assert.equal((await identities({ userId: user.id })).length, 1);
    }
  });

  test('disconnects nothing of somebody else’s', async () => {
    const claims = stranger('mine@upstream.example');
    const { browser } = await walk(claims);
    const { user } = await sessionOf(browser);
    const thief = await someone(server);
    assert.equal((await disconnect(thief.browser, idp.issuer, claims.sub)).status, 404);
    assert.equal((await identities({ userId: user.id })).length, 1);
  });
});

async function disconnect(browser: UserAgent, issuer: string, subject: string): Promise<Response> {
  const formToken = await formTokenOn(browser, '/account');
  return post(browser, '/account/identities/disconnect', { formToken, issuer, subject });
}
