import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { GrantId } from '@argus/contract';
import type { Change } from '@argus/core';
import * as asked from '@argus/store';
import { by } from './change-cases.ts';
import { oauthCases } from './oauth-cases.ts';
import * as oauth from './oauth-stage.ts';
import { at, home, idOf, openStage, type Person, type Stage } from './stage.ts';

let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<readonly [Person, number]> {
  people += 1;
  return [await oauth.furnish(stage.store, home, people), people];
}

async function write(...changes: Change[]): Promise<void> {
  const written = await stage.store.commit({ tenant: home, changes, events: [] });
  assert.ok(written.isCommitted, JSON.stringify(written));
}

describe('what was written is answered as it was:', () => {
  test('clients, resources and providers', async () => {
    const [, number] = await someone();
    const { pool } = stage.store;
    const [client, resource, provider] = [
      oauth.clientOf(home, number),
      oauth.resourceOf(home, number),
      oauth.providerOf(home, number),
    ];
    assert.deepEqual(await asked.clientById(pool, client.id), client);
    assert.deepEqual(await asked.resourcesOf(pool, home, [resource.id, 'https://unknown.example/']), [
      resource,
    ]);
    assert.deepEqual(await asked.providerById(pool, home, provider.id), provider);
    assert.deepEqual(await asked.providerForDomain(pool, home, `domain-${number}.example`), provider);
    assert.equal(await asked.providerForDomain(pool, home, 'domain.example'), null);
  });

  test('consents and identities', async () => {
    const [person, number] = await someone();
    const { pool } = stage.store;
    const consent = oauth.consentOf(person, number);
    const identity = oauth.identityOf(person, number);
    assert.deepEqual(await asked.consentOf(pool, home, consent), consent);
    const { items } = await asked.consentsOfUser(pool, home, { userId: person.user.id, limit: 10 });
    assert.deepEqual(items, [{ consent, clientName: 'client of default' }]);
    assert.deepEqual(await asked.identityOf(pool, home, identity), { identity, user: person.user });
    assert.deepEqual(await asked.identitiesOfUser(pool, home, person.user.id), [identity]);
  });

  test('codes, with whom and where they are for', async () => {
    const [person, number] = await someone();
    const code = oauth.codeOf(person, number);
    const { user, session } = person;
    assert.deepEqual(await stage.store.codeFacts({ tenant: home, codeHash: code.codeHash }), {
      code,
      session,
      user,
    });
    await write(oauthCases['redeem-code'](person, number));
    const used = await stage.store.codeFacts({ tenant: home, codeHash: code.codeHash });
    assert.equal(used?.code.consumedAt, at + 1000);
  });

  test('pushed requests, whatever characters are in them', async () => {
    const [, number] = await someone();
    const request = oauth.pushedOf(home, number);
    assert.deepEqual(await asked.pushedRequest(stage.store.pool, home, request.uriHash), request);
  });

  test('device authorizations, by both of their codes', async () => {
    const [person, number] = await someone();
    const { pool } = stage.store;
    const pending = oauth.authorizationOf(home, number);
    const polled = () => asked.deviceAuthorizationByDeviceCode(pool, home, pending.deviceCodeHash);
    assert.deepEqual(await polled(), { authorization: pending, approval: null });
    await write(
      oauthCases['decide-device-authorization'](person, number),
      oauthCases['poll-device-authorization'](person, number),
    );
    const { user, session } = person;
    const authorization = {
      ...pending,
      state: 'approved',
      userId: user.id,
      sessionId: session.id,
      polledAt: at + 1000,
      intervalSeconds: 10,
    };
    assert.deepEqual(
      await asked.deviceAuthorizationByUserCode(pool, home, pending.userCodeHash),
      authorization,
    );
    assert.deepEqual(await polled(), { authorization, approval: { session, user } });
  });

  test('a grant with its scope, resources and key', async () => {
    const [person] = await someone();
    const id = idOf(4, 70_000 + people) as GrantId;
    const grant = {
      ...person.grant,
      id,
      scope: 'openid notes.read',
      resources: [oauth.resourceOf(home, 1).id, oauth.resourceOf(home, 2).id],
      jkt: oauth.thumbprint,
    };
    await write({ kind: 'create-grant', grant });
    const facts = await stage.store.refreshFacts({ tenant: home, grantId: id });
    assert.deepEqual(facts?.grant, grant);
    const token = await asked.tokenFacts(stage.store.pool, home, { grantId: id, jti: 'any' });
    const { session, user } = person;
    assert.deepEqual(token, { grant, session, user, isTokenEnded: false });
  });
});

describe('an access token', () => {
  test('that was ended is known, and another of the same grant is not', async () => {
    const [{ grant }] = await someone();
    const change = { kind: 'end-token', jti: 'stolen', grantId: grant.id, expiresAt: at + 1000 } as const;
    // Twice: whoever revokes again is told that it is done (RFC 7009 §2.2).
    await write(change, change);
    const factsOf = (jti: string) => asked.tokenFacts(stage.store.pool, home, { grantId: grant.id, jti });
    assert.equal((await factsOf('stolen')).isTokenEnded, true);
    assert.equal((await factsOf('another')).isTokenEnded, false);
  });

  test('of a client’s own has no row but can be ended', async () => {
    const grantId = oauth.clientOf(home, 1).ownGrantId;
    await write({ kind: 'end-token', jti: 'own', grantId, expiresAt: at + 1000 });
    assert.deepEqual(await asked.tokenFacts(stage.store.pool, home, { grantId, jti: 'own' }), {
      grant: null,
      session: null,
      user: null,
      isTokenEnded: true,
    });
  });
});

test('a session that is raised bears what was proved, and when', async () => {
  const [{ session, user }] = await someone();
  const raised = { amr: ['pwd', 'fed'], acr: 'urn:argus:aal2', authenticatedAt: at + 5000 } as const;
  await write({
    kind: 'raise-session',
    sessionId: session.id,
    userId: user.id,
    ...raised,
    methods: ['fed'],
    authenticationIds: [idOf(5, 60_000 + people)],
  });
  const { items } = await asked.liveSessionsOfUser(stage.store.pool, home, {
    userId: user.id,
    now: at,
    limit: 10,
  });
  assert.deepEqual(items[0]?.session, { ...session, ...raised });
  const { rows } = await stage.store.pool.query(
    'SELECT method, proved_at FROM authentications WHERE session_id = $1 ORDER BY id',
    [session.id],
  );
  assert.deepEqual(rows, [
    { method: 'pwd', proved_at: at },
    { method: 'fed', proved_at: at + 5000 },
  ]);
});

test('a grant may be ended again where that is allowed, and keeps its first reason', async () => {
  const [{ grant }] = await someone();
  const end = (reason: 'token-revoked' | 'code-replayed'): Change => ({
    kind: 'end-grant',
    grantId: grant.id,
    reason,
    at,
    orAlreadyEnded: true,
  });
  await write(end('token-revoked'), end('code-replayed'));
  await write({
    kind: 'end-grant',
    grantId: idOf(4, 99_999) as GrantId,
    reason: 'code-replayed',
    at,
    orAlreadyEnded: true,
  });
  const { rows } = await stage.store.pool.query('SELECT end_reason FROM grants WHERE id = $1', [grant.id]);
  assert.deepEqual(rows, [{ end_reason: 'token-revoked' }]);
});

describe('sessions that came from upstream', () => {
  const from = (ask: { subject?: string; sid?: string; issuer?: string }) =>
    asked.sessionsFromUpstream(stage.store.pool, home, {
      issuer: ask.issuer ?? oauth.issuer,
      subject: ask.subject ?? null,
      sid: ask.sid ?? null,
    });

  test('are found by session, by person or by both', async () => {
    const [{ session }, number] = await someone();
    const [subject, sid] = [`subject ${number}`, `upstream session ${number}`];
    for (const ask of [{ subject }, { sid }, { subject, sid }])
      assert.deepEqual(await from(ask), [session.id]);
  });

  test('are not found by another issuer, person or session, nor by nothing', async () => {
    const [, number] = await someone();
    const [subject, sid] = [`subject ${number}`, `upstream session ${number}`];
    const asks = [
      { subject, issuer: 'https://other.example' },
      { subject: 'x', sid },
      { subject, sid: 'x' },
      {},
    ];
    for (const ask of asks) assert.deepEqual(await from(ask), [], JSON.stringify(ask));
  });

  test('without a session there are found by person, whatever session is named', async () => {
    const [person, number] = await someone();
    const upstream = { ...oauth.upstreamOf(person, number), sid: null };
    await write({ kind: 'note-upstream-session', upstream });
    assert.deepEqual(await from({ subject: upstream.subject, sid: 'any' }), [person.session.id]);
    assert.deepEqual(await from({ sid: 'any' }), []);
  });

  test('are not found once they ended', async () => {
    const [{ session }, number] = await someone();
    await write({ kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by });
    assert.deepEqual(await from({ subject: `subject ${number}` }), []);
  });
});
