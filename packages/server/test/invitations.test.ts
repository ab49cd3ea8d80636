import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { policyDocumentSchema } from '@argus/contract';
import { balanced, type Policy } from '@argus/core';
import { forgetWhatExpired, generousLimits } from '@argus/server';
import { mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { newKey } from './authenticator-stage.ts';
import { inviteByMail, newAddress, tokenTo } from './invitation-stage.ts';
import { administrator, openStage, password, someone, tenant, withKey } from './stage.ts';
import { browserAt, newTenant } from './tenant-stage.ts';

const day = 86_400_000;
let server: TestServer;
before(async () => {
  server = await openStage({ parts: { limits: generousLimits } });
  const headers = await withKey(server);
  await userAgent(server).call('adminApply', { headers, body: { tenants: [{ id: 'other' }] } });
});
after(() => server[Symbol.asyncDispose]());

const accept = (token: string, more: object = {}, browser = userAgent(server)) =>
  browser.call('acceptInvitation', { body: { token, password, ...more } });

describe('who is invited', () => {
  test('chooses a password, is signed in, and has what the invitation gives', async () => {
    const email = newAddress();
    const { token } = await inviteByMail(server, {
      email,
      name: 'Grace',
      roles: ['editor'],
      groups: ['abroad'],
    });
    const { status, body } = await accept(token);
    assert.deepEqual([status, body.state], [200, 'signed-in']);
    assert.deepEqual([body.user.email, body.user.name, body.user.roles], [email, 'Grace', ['editor']]);
    const { rows } = await server.argus.services.store.pool.query(
      'SELECT groups, email_verified_at IS NOT NULL AS confirmed FROM users WHERE email = $1',
      [email],
    );
    assert.deepEqual(rows, [{ groups: ['abroad'], confirmed: true }]);
    assert.deepEqual(
      (await mailsTo(server, email)).map(({ kind }) => kind),
      ['invitation'],
      'the link came by mail, so no other mail has to',
    );
  });

  test('may call themselves otherwise', async () => {
    const email = newAddress();
    const { token } = await inviteByMail(server, { email, name: 'Grace' });
    assert.equal((await accept(token, { name: 'G. Hopper' })).body.user.name, 'G. Hopper');
  });

  test('may choose a passkey, and then there is no password', async () => {
    const email = newAddress();
    const { token } = await inviteByMail(server, { email });
    const browser = userAgent(server);
    const { body } = await browser.call('invitationPasskeyOptions', { body: { token } });
    assert.equal(body.options.user.name, email);
    const credential = newKey().register(body.options, { uv: true });
    const done = await browser.call('acceptInvitationWithPasskey', { body: { token, credential } });
    assert.deepEqual(
      [done.status, done.body.state, done.body.session.acr],
      [200, 'signed-in', 'urn:argus:aal2'],
    );
    const { body: held } = await browser.call('listAuthenticators');
    assert.deepEqual(
      held.authenticators.map(({ kind }: { kind: string }) => kind),
      ['passkey'],
    );
  });

  test('chooses no weak password, and may try another with the same link', async () => {
    const { token } = await inviteByMail(server, { email: newAddress() });
    const weak = await accept(token, { password: 'short' });
    assert.deepEqual([weak.status, weak.body.code], [422, 'password_too_short']);
    assert.equal((await accept(token)).status, 200);
  });

  test('comes once: of many who use the link at the same moment one gets in', async () => {
    const { token } = await inviteByMail(server, { email: newAddress() });
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => accept(token)))).map(
      ({ status }) => status,
    );
    assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join(' '));
    assert.equal((await accept(token)).status, 410);
  });

  test('comes within seven days', async () => {
    await using other = await openStage();
    const { token } = await inviteByMail(other, { email: newAddress() });
    other.clock.advance(7 * day - 1);
    assert.equal((await other.argus.services.store.pool.query('SELECT FROM invitations')).rowCount, 1);
    const early = await userAgent(other).fetch(`/invitation?token=${token}`);
    assert.equal(early.status, 200);
    other.clock.advance(1);
    assert.equal((await accept(token, {}, userAgent(other))).status, 410);
  });

  test('opens nothing by looking', async () => {
    const { token } = await inviteByMail(server, { email: newAddress() });
    for (let look = 0; look < 3; look += 1) {
      const page = await userAgent(server).fetch(`/invitation?token=${token}`);
      assert.equal(page.status, 200);
      assert.match(await page.text(), /Accept your invitation/);
    }
    assert.equal((await accept(token)).status, 200);
    assert.equal((await userAgent(server).fetch(`/invitation?token=${token}`)).status, 410);
  });

  test('accepts on a page without script', async () => {
    const email = newAddress();
    const { token } = await inviteByMail(server, { email });
    const browser = userAgent(server);
    const page = await (await browser.fetch(`/invitation?token=${token}`)).text();
    assert.ok(page.includes(email));
    const formToken = /name="formToken" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const post = (fields: Record<string, string>) =>
      browser.fetch('/invitation', {
        method: 'POST',
        body: new URLSearchParams({ formToken, token, ...fields }),
      });
    assert.equal((await post({ password: 'short' })).status, 422);
    const done = await post({ password, name: 'Ada' });
    assert.deepEqual([done.status, done.headers.get('location')], [303, '/account']);
    assert.equal((await browser.call('getSession')).body.user.name, 'Ada');
  });

  test('is nobody before they come: the secret is kept as a hash, and there is no account', async () => {
    const email = newAddress();
    const { token } = await inviteByMail(server, { email });
    const { pool } = server.argus.services.store;
    assert.equal((await pool.query('SELECT FROM users WHERE email = $1', [email])).rowCount, 0);
    const { rows } = await pool.query<{ row: string }>('SELECT i::text AS row FROM invitations i');
    for (const { row } of rows) assert.ok(!row.includes(token));
    const refused = await userAgent(server).call('signIn', { body: { identifier: email, password } });
    assert.equal(refused.body.code, 'invalid_credentials');
  });

  test('does not get a second account where they have one', async () => {
    const email = newAddress();
    const { token } = await inviteByMail(server, { email });
    await userAgent(server).call('signUp', { body: { email, password } });
    await server.argus.services.store.pool.query(
      'UPDATE users SET email_verified_at = now() WHERE email = $1',
      [email],
    );
    const { status, body } = await accept(token);
    assert.deepEqual([status, body.code], [409, 'conflict']);
  });
});

describe('administrators', () => {
  const call = (by: UserAgent, body: object) => by.call('adminInvite', { body });

  test('see who is asked, page by page, and never the link', async () => {
    await using own = await openStage();
    const headers = await withKey(own);
    const emails = Array.from({ length: 5 }, () => newAddress());
    for (const email of emails) await inviteByMail(own, { email });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '2', ...(cursor ? { cursor } : {}) };
      const { body } = await userAgent(own).call('adminListInvitations', { headers, query });
      for (const invitation of body.invitations) {
        assert.doesNotMatch(JSON.stringify(invitation), /token|link|[A-Za-z0-9_-]{43}/);
        seen.push(invitation.email);
      }
      cursor = body.nextCursor ?? undefined;
    } while (cursor);
    assert.deepEqual(seen, emails);
  });

  test('take an invitation back, or send it again by a link that is the only one', async () => {
    const headers = await withKey(server);
    const operator = userAgent(server);
    const email = newAddress();
    const { id, token } = await inviteByMail(server, { email });
    const again = await operator.call('adminResendInvitation', { headers, params: { id } });
    assert.deepEqual([again.status, again.body.email], [200, email]);
    const newer = await tokenTo(server, email);
    assert.notEqual(newer, token);
    assert.equal((await accept(token)).status, 410);
    assert.equal((await operator.call('adminRevokeInvitation', { headers, params: { id } })).status, 204);
    assert.equal((await accept(newer)).status, 410);
    assert.equal((await operator.call('adminRevokeInvitation', { headers, params: { id } })).status, 404);
    assert.equal((await operator.call('adminResendInvitation', { headers, params: { id } })).status, 404);
  });

  test('fill nobody’s mailbox', async () => {
    const headers = await withKey(server);
    const { id } = await inviteByMail(server, { email: newAddress() });
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1)
      statuses.push(
        (await userAgent(server).call('adminResendInvitation', { headers, params: { id } })).status,
      );
    assert.deepEqual(statuses, [200, 200, 200, 429]);
  });

  test('ask nobody twice, and nobody who is here', async () => {
    const admin = await administrator(server);
    const email = newAddress();
    assert.equal((await call(admin.browser, { email })).status, 201);
    assert.equal((await call(admin.browser, { email: email.toUpperCase() })).status, 409);
    const here = await someone(server);
    await server.argus.services.store.pool.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [
      here.userId,
    ]);
    assert.equal((await call(admin.browser, { email: here.email })).status, 409);
  });

  test('give nothing beyond their own reach', async () => {
    const admin = await administrator(server);
    for (const role of ['owner'])
      assert.deepEqual(
        (await call(admin.browser, { email: newAddress(), roles: [role] })).body.permission,
        'own-tenant',
      );
    assert.equal((await call(admin.browser, { email: newAddress(), roles: ['auditor'] })).status, 201);
    // Of somebody who may do more and never confirmed the address nothing may be taken either.
    const owner = await someone(server);
    const { pool } = server.argus.services.store;
    await pool.query("UPDATE users SET roles = '{owner}' WHERE id = $1", [owner.userId]);
    assert.equal((await call(admin.browser, { email: owner.email })).status, 403);
    const { id } = await inviteByMail(server, { email: newAddress(), roles: ['owner'] });
    assert.equal((await admin.browser.call('adminRevokeInvitation', { params: { id } })).status, 403);
    assert.equal((await admin.browser.call('adminResendInvitation', { params: { id } })).status, 403);
    await pool.query("UPDATE users SET roles = '{}' WHERE id = $1", [owner.userId]);
  });

  test('leave no way back behind: what they may not give any more is not given', async () => {
    const admin = await administrator(server);
    const email = newAddress();
    await call(admin.browser, { email, roles: ['admin'] });
    const token = await tokenTo(server, email);
    const { pool } = server.argus.services.store;
    await pool.query("UPDATE users SET roles = '{}' WHERE id = $1", [admin.userId]);
    assert.equal((await accept(token)).status, 410);
    await pool.query("UPDATE users SET roles = '{admin}', status = 'disabled' WHERE id = $1", [admin.userId]);
    assert.equal((await accept(token)).status, 410);
    await pool.query("UPDATE users SET status = 'active' WHERE id = $1", [admin.userId]);
    assert.deepEqual((await accept(token)).body.user.roles, ['admin']);
  });

  test('of one tenant neither see nor touch what another asks', async () => {
    const headers = await withKey(server);
    const operator = userAgent(server);
    const email = newAddress();
    const query = { tenant: 'other' };
    const { body } = await operator.call('adminInvite', { headers, query, body: { email } });
    const params = { id: body.id };
    const { body: mine } = await operator.call('adminListInvitations', { headers, query: { email } });
    assert.deepEqual(mine.invitations, []);
    assert.equal((await operator.call('adminRevokeInvitation', { headers, params })).status, 404);
    assert.equal((await operator.call('adminResendInvitation', { headers, params })).status, 404);
    // The link leads to the tenant that asked, whatever is asked elsewhere by the same address.
    await inviteByMail(server, { email });
    const { body: theirs } = await operator.call('adminListInvitations', { headers, query });
    assert.deepEqual(
      theirs.invitations.map((each: { email: string }) => each.email),
      [email],
    );
    assert.equal(
      (await operator.call('adminInvite', { headers, query: { tenant: 'nowhere' }, body: { email } })).status,
      404,
    );
  });

  test('of a tenant with a host of its own ask people there, and nowhere else', async () => {
    await newTenant(server, 'hosted', { hosts: ['login.hosted.example'] });
    const headers = await withKey(server);
    const email = newAddress();
    const query = { tenant: 'hosted' };
    assert.equal(
      (await userAgent(server).call('adminInvite', { headers, query, body: { email } })).status,
      201,
    );
    const token = await tokenTo(server, email);
    assert.equal((await accept(token)).status, 410, 'not at the address of the installation');
    const done = await accept(token, {}, browserAt(server, 'login.hosted.example'));
    assert.deepEqual([done.status, done.body.state], [200, 'signed-in']);
  });

  test('are named in the log, and who came is found by the invitation', async () => {
    const admin = await administrator(server);
    const email = newAddress();
    const { body: sent } = await call(admin.browser, { email });
    const done = await accept(await tokenTo(server, email));
    const line = async (type: string) =>
      (await admin.browser.call('adminListAuditEvents', { query: { type } })).body.events[0];
    assert.equal((await line('invitation.sent')).actor, `administrator:${admin.userId}`);
    const accepted = await line('invitation.accepted');
    assert.deepEqual([accepted.details.invitationId, accepted.userId], [sent.id, done.body.user.id]);
    assert.doesNotMatch(JSON.stringify([await line('invitation.sent'), accepted]), new RegExp(email));
  });
});

describe('where policy says who may come', () => {
  const withMode = (mode: Policy['authentication']['signUp']['mode']): Policy => ({
    ...balanced,
    authentication: { ...balanced.authentication, signUp: { mode, verifyEmail: 'before-session' } },
  });

  test('(invite) only who is invited comes, and needs no other mail', async () => {
    await using own = await openStage({ parts: { policy: withMode('invite') } });
    const { token } = await inviteByMail(own, { email: newAddress() });
    assert.equal((await accept(token, {}, userAgent(own))).body.state, 'signed-in');
    const page = await userAgent(own).fetch('/sign-up');
    assert.equal(page.status, 403);
    assert.match(await page.text(), /New accounts are not opened here/);
    assert.doesNotMatch(await (await userAgent(own).fetch('/sign-in')).text(), /\/sign-up/);
  });

  test('(closed) nobody comes, not even who was invited before', async () => {
    await using own = await openStage();
    const { policies, store, clock } = own.argus.services;
    const { token } = await inviteByMail(own, { email: newAddress() });
    const document = policyDocumentSchema.parse({
      preset: 'balanced',
      authentication: { signUp: { mode: 'closed' } },
    });
    const feed = { degraded: 'introspect', staleAfterSeconds: 3 } as const;
    const by = { author: 'operator', note: null, restoredFrom: null };
    const set = { kind: 'set-policy', expected: 1, document, feed, at: clock.now(), ...by } as const;
    assert.ok((await store.commit({ tenant, changes: [set], events: [] })).isCommitted);
    policies.forget();
    const headers = await withKey(own);
    const refused = await userAgent(own).call('adminInvite', { headers, body: { email: newAddress() } });
    assert.deepEqual([refused.status, refused.body.code], [403, 'sign_up_closed']);
    const late = await accept(token, {}, userAgent(own));
    assert.deepEqual([late.status, late.body.code], [403, 'sign_up_closed']);
    assert.equal((await userAgent(own).fetch(`/invitation?token=${token}`)).status, 403);
    assert.equal((await store.pool.query('SELECT FROM users')).rowCount, 0);
  });

  test('(open) anybody comes, as before', async () => {
    await using own = await openStage({ parts: { policy: { ...withMode('open') } } });
    assert.equal((await userAgent(own).fetch('/sign-up')).status, 200);
    assert.match(await (await userAgent(own).fetch('/sign-in')).text(), /\/sign-up/);
  });
});

test('an invitation that nobody took is forgotten a month after its end', async () => {
  await using own = await openStage();
  const email = newAddress();
  await inviteByMail(own, { email });
  const headers = await withKey(own);
  const asked = async () =>
    (await userAgent(own).call('adminListInvitations', { headers, query: { email } })).body.invitations
      .length;
  own.clock.advance(36 * day);
  await forgetWhatExpired(own.argus.services);
  assert.equal(await asked(), 1);
  own.clock.advance(2 * day);
  await forgetWhatExpired(own.argus.services);
  assert.equal(await asked(), 0);
});
