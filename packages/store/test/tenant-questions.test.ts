import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { policyDocumentSchema, type TenantId } from '@argus/contract';
import * as asked from '@argus/store';
import { activityWork } from './activity-work.ts';
import { authenticatorQuestions } from './authenticator-questions.ts';
import * as authenticators from './authenticator-stage.ts';
import { importQuestions } from './import-questions.ts';
import { newcomerOf } from './import-stage.ts';
import { askedTogether, notQuestions, ofTheInstallation } from './installation-questions.ts';
import { oauthQuestions } from './oauth-questions.ts';
import * as oauth from './oauth-stage.ts';
import { policyQuestions } from './policy-questions.ts';
import { serviceQuestions } from './service-questions.ts';
import { settle } from './service-stage.ts';
import {
  at,
  eventOf,
  home,
  idOf,
  openStage,
  other,
  type Person,
  personOf,
  type Stage,
  seed,
} from './stage.ts';

/** Everything one tenant answers to one question, asked by the ids, addresses and secrets of this person. */
type Question = (stage: Stage, tenant: TenantId, person: Person) => Promise<unknown>;

const now = at + 1000;
const all = { limit: 100 };
const linkHash = (tenant: TenantId) => Buffer.alloc(32, tenant === home ? 1 : 2);

/** A case for each question of the store: a new one belongs here, or the last test of this file fails. */
const questions: Readonly<Record<string, Question>> = {
  auditEvents: ({ store }, tenant) => asked.auditEvents(store.pool, tenant, all),
  'auditEvents of a user': ({ store }, tenant, { user }) =>
    asked.auditEvents(store.pool, tenant, { ...all, userId: user.id }),
  'auditEvents of a session': ({ store }, tenant, { session }) =>
    asked.auditEvents(store.pool, tenant, { ...all, sessionId: session.id }),
  'auditEvents of a type': ({ store }, tenant) =>
    asked.auditEvents(store.pool, tenant, { ...all, type: 'sign-in.succeeded', notable: true }),
  invitationsOfTenant: ({ store }, tenant) => asked.invitationsOfTenant(store.pool, tenant, all),
  invitationById: ({ store }, tenant, person) =>
    asked.invitationById(store.pool, tenant, authenticators.invitationOf(person, 1).id),
  linkByHash: ({ store }, tenant) => asked.linkByHash(store.pool, tenant, linkHash(tenant)),
  endedSessionsOfUser: ({ store }, tenant) =>
    asked.endedSessionsOfUser(store.pool, tenant, { ...all, userId: personOf(tenant, 2).user.id }),
  liveSessionsOfUser: ({ store }, tenant, { user }) =>
    asked.liveSessionsOfUser(store.pool, tenant, { ...all, userId: user.id, now }),
  sessionsOfTenant: ({ store }, tenant) =>
    asked.sessionsOfTenant(store.pool, tenant, { ...all, state: 'active', now }),
  'sessionsOfTenant of a user': ({ store }, tenant, { user }) =>
    asked.sessionsOfTenant(store.pool, tenant, { ...all, state: 'active', now, userId: user.id }),
  'sessionsOfTenant that ended': ({ store }, tenant) =>
    asked.sessionsOfTenant(store.pool, tenant, { ...all, state: 'ended', now }),
  signInFacts: ({ store }, tenant, { user, device }) =>
    asked.signInFacts(store.pool, tenant, { email: user.email, secretHash: device.secretHash }),
  userFacts: ({ store }, tenant, { user, device }) =>
    asked.userFacts(store.pool, tenant, { userId: user.id, secretHash: device.secretHash }),
  readKeys: ({ store }, tenant) => asked.readKeys(store.pool, tenant),
  changeSigningKeys: ({ store }, tenant) =>
    asked.changeSigningKeys(store.pool, tenant, async () => ({
      create: [],
      change: [],
      remove: [],
      events: [],
    })),
  hasAdministrator: ({ store }, tenant) => asked.hasAdministrator(store.pool, tenant),
  'rolesOf a user': ({ store }, tenant, { user }) => asked.rolesOf(store.pool, tenant, { userId: user.id }),
  'rolesOf of a session': ({ store }, tenant, { session }) =>
    asked.rolesOf(store.pool, tenant, { sessionId: session.id }),
  knownTenants: async ({ store }, tenant) => [...(await asked.knownTenants(store.pool, [tenant]))],
  tenantById: ({ store }, tenant) => asked.tenantById(store.pool, tenant),
  usersOfTenant: ({ store }, tenant) => asked.usersOfTenant(store.pool, tenant, { ...all, now }),
  'usersOfTenant by address': ({ store }, tenant, { user }) =>
    asked.usersOfTenant(store.pool, tenant, { ...all, now, email: user.email }),
  'usersOfTenant by id': ({ store }, tenant, { user }) =>
    asked.usersOfTenant(store.pool, tenant, { ...all, now, userId: user.id }),
  refreshFacts: ({ store }, tenant, { grant }) => store.refreshFacts({ tenant, grantId: grant.id }),
  ...oauthQuestions,
  ...authenticatorQuestions,
  ...serviceQuestions,
  ...policyQuestions,
  ...importQuestions,
};

let stage: Stage;
let person: Person;
const alone = new Map<string, unknown>();

/** Everything a tenant can hold, under the same ids in every tenant. */
async function furnish(tenant: TenantId): Promise<void> {
  const { store } = stage;
  const signedIn = await authenticators.furnish(store, tenant, 1);
  // Ids are the same in both tenants: where nothing else is told, how many there are must tell them apart.
  await oauth.holdGrants(store, signedIn, { number: 1, count: tenant === home ? 2 : 1 });
  const gone = await seed(store, personOf(tenant, 2));
  const link = {
    id: idOf(7, 1),
    tokenHash: linkHash(tenant),
    kind: 'invitation' as const,
    userId: personOf(tenant, 1).user.id,
    details: {},
    createdAt: at,
    expiresAt: at + 60_000,
    consumedAt: null,
  };
  await store.commit({
    tenant,
    changes: [
      {
        kind: 'end-session',
        sessionId: gone.session.id,
        reason: 'signed-out',
        at: now,
        by: { actor: 'user' },
      },
      ...authenticators.passwordsAfter(signedIn),
      { kind: 'set-user-roles', userId: gone.user.id, roles: [`role-of-${tenant}`] },
      { kind: 'create-link', link },
      {
        kind: 'set-policy',
        expected: 1,
        document: policyDocumentSchema.parse({ preset: tenant === home ? 'strict' : 'relaxed' }),
        author: 'operator',
        note: null,
        restoredFrom: null,
        feed: { degraded: 'introspect', staleAfterSeconds: 3 },
        at: now,
      },
    ],
    events: [eventOf({ userId: gone.user.id, reason: `event of ${tenant}` })],
  });
  const newcomer = newcomerOf(signedIn, 1);
  const user = { ...newcomer.user, email: `only-in-${tenant}@example.org` };
  await store.commit({
    tenant,
    changes: [{ kind: 'create-newcomers', newcomers: [{ ...newcomer, user }], at }],
    events: [],
  });
  // Both tenants tell of the same session, each of something else.
  const isHome = tenant === home;
  const activity = { activeAt: at + (isHome ? 60_000 : 120_000), now: at + 120_000, sampled: isHome ? 1 : 4 };
  await store.recordActivity(activityWork([signedIn], 1, activity));
  if (isHome) await store.recordActivity(activityWork([signedIn], 2, activity));
  const key = {
    kid: 'one-kid',
    use: 'access' as const,
    algorithm: `algorithm of ${tenant}`,
    publishedAt: at,
    signsFromAt: at,
    signsUntilAt: null,
    removeAfterAt: null,
    sealed: Buffer.from(tenant),
  };
  await asked.changeSigningKeys(store.pool, tenant, async () => ({
    create: [key],
    change: [],
    remove: [],
    events: [],
  }));
}

before(async () => {
  stage = await openStage();
  await furnish(home);
  await settle(stage.store, home);
  person = personOf(home, 1);
  for (const [name, ask] of Object.entries(questions)) alone.set(name, await ask(stage, home, person));
  await furnish(other);
  await settle(stage.store, other);
  await stage.store.commit({
    tenant: other,
    changes: [{ kind: 'be-first-administrator', userId: person.user.id }],
    events: [],
  });
});
after(() => stage[Symbol.asyncDispose]());

describe('with a second tenant that holds the same ids, addresses and secrets', () => {
  for (const [name, ask] of Object.entries(questions)) {
    test(`${name} answers what it answered before`, async () => {
      assert.deepEqual(await ask(stage, home, person), alone.get(name));
    });

    test(`${name} answers the second tenant with its own`, async () => {
      const [mine, theirs] = [alone.get(name), await ask(stage, other, person)];
      assert.notDeepEqual(theirs, mine);
      const marks = JSON.stringify(theirs);
      assert.doesNotMatch(marks, /of.default|192\.0\.2\./);
    });
  }
});

test('the second tenant can be shown an event only by its own number', async () => {
  const { store } = stage;
  for (const tenant of [home, other]) {
    const { items } = await asked.auditEvents(store.pool, tenant, all);
    assert.ok(items.length > 1);
    for (const { reason, origin } of items) {
      if (reason?.startsWith('event of')) assert.equal(reason, `event of ${tenant}`);
      assert.ok(!origin?.userAgent || origin.userAgent === `browser of ${tenant}`);
    }
  }
});

test('a link is found by its secret in its own tenant alone', async () => {
  assert.ok(await asked.linkByHash(stage.store.pool, home, linkHash(home)));
  assert.equal(await asked.linkByHash(stage.store.pool, home, linkHash(other)), null);
  assert.equal(await asked.linkByHash(stage.store.pool, other, linkHash(home)), null);
});

test('what belongs to the other tenant is not found by its id', async () => {
  const { pool } = stage.store;
  const [client, provider, resource] = [
    oauth.clientOf(home, 1).id,
    oauth.providerOf(home, 1).id,
    oauth.resourceOf(home, 1).id,
  ];
  assert.ok(await asked.providerById(pool, home, provider));
  assert.equal(await asked.providerById(pool, other, provider), null);
  assert.equal((await asked.resourcesOf(pool, home, [resource])).length, 1);
  assert.deepEqual(await asked.resourcesOf(pool, other, [resource]), []);
  const mine = { userId: person.user.id, clientId: client };
  assert.ok(await asked.consentOf(pool, home, mine));
  assert.equal(await asked.consentOf(pool, other, mine), null);
  assert.deepEqual(await asked.liveGrantsOfClient(pool, other, mine), []);
});

test('a host, a domain, an attempt and a link are one tenant’s, and name it', async () => {
  const { store } = stage;
  for (const tenant of [home, other]) {
    const names = [`${tenant}.example`];
    const change = { kind: 'change-tenant', settings: { hosts: names, domains: names } } as const;
    await store.commit({ tenant, changes: [change], events: [] });
  }
  for (const tenant of [home, other]) {
    for (const kind of ['host', 'domain'] as const) {
      assert.equal((await asked.tenantByName(store.pool, kind, `${tenant}.example`))?.id, tenant);
      const found = await asked.tenantsOfNames(store.pool, kind, [`${tenant}.example`, 'nobody.example']);
      assert.deepEqual([...found], [[`${tenant}.example`, tenant]]);
    }
    assert.equal(await asked.tenantOfLink(store.pool, linkHash(tenant)), tenant);
  }
  assert.equal(await asked.tenantByName(store.pool, 'host', 'nobody.example'), null);
  assert.equal(await asked.tenantOfLink(store.pool, Buffer.alloc(32, 99)), null);
  const { items } = await asked.tenantsOfInstallation(store.pool, all);
  assert.deepEqual(
    items.map(({ id }) => id),
    [home, other],
  );
  assert.deepEqual(await asked.endingTenants(store.pool, 100), []);
});

test('a sign-in that is under way is found by its attempt, in the tenant where it began and no longer than it lasts', async () => {
  const { store } = stage;
  const attemptHash = Buffer.alloc(32, 77);
  const progress = {
    attemptHash,
    userId: person.user.id,
    proofs: [{ method: 'pwd', provedAt: at }] as const,
    passwordMark: null,
    details: {},
    createdAt: at,
    expiresAt: at + 60_000,
  };
  const begun = { kind: 'begin-sign-in', progress } as const;
  await store.commit({ tenant: other, changes: [begun], events: [] });
  assert.equal(await asked.tenantOfAttempt(store.pool, { attemptHash, now: at }), other);
  assert.equal(await asked.tenantOfAttempt(store.pool, { attemptHash, now: at + 60_000 }), null);
});

test('a client, an owner and an origin are found in whichever tenant they are, and name it', async () => {
  const { pool } = stage.store;
  for (const tenant of [home, other]) {
    const client = oauth.clientOf(tenant, 1);
    assert.deepEqual(await asked.clientById(pool, client.id), client);
    assert.deepEqual(await asked.clientInForce(pool, client.id), client);
    // The first tenant is at the address of the installation, the other at a host of its own.
    for (const origin of client.settings.origins)
      for (const [at, of] of [[null, home] as const, [other, other] as const])
        assert.equal(await asked.isRegisteredOrigin(pool, origin, at), of === tenant);
    const owners = await asked.ownersOf(pool, 'clients', [client.id, 'nobody']);
    assert.deepEqual([...owners], [[client.id, tenant]]);
  }
  assert.equal(await asked.clientById(pool, oauth.clientOf(home, 2).id), null);
  assert.equal(await asked.isRegisteredOrigin(pool, 'https://origin-2-of-default.example', null), false);
});

test('providers of one issuer are found in every tenant that declares it', async () => {
  const { pool } = stage.store;
  const found = await asked.providersOfIssuer(pool, oauth.issuer);
  assert.deepEqual(found, [oauth.providerOf(home, 1), oauth.providerOf(other, 1)]);
  assert.deepEqual(await asked.providersOfIssuer(pool, `${oauth.issuer}/`), []);
});

test('the sweep names the tenant of each session, and sees those of every tenant once', async () => {
  const seen: string[] = [];
  let place: asked.SweepPlace | null = null;
  do {
    const swept: asked.Swept = await asked.sweepSessions(stage.store.pool, {
      now: at + 86_400_000,
      after: place,
      width: 1,
    });
    seen.push(
      ...swept.expired.map(({ tenant, sessionId, isAbsolute }) => `${tenant} ${sessionId} ${isAbsolute}`),
    );
    place = swept.next;
  } while (place);
  const [one, two, three] = [person.session.id, idOf(3, 600), idOf(3, 601)];
  const expected = { default: [one, two, three], other: [one, two] };
  assert.deepEqual(
    seen,
    Object.entries(expected).flatMap(([tenant, ids]) => ids.map((id) => `${tenant} ${id} true`)),
  );
});

test('an unknown tenant holds nothing', async () => {
  // A brand over text, like the ids of the stage.
  const nowhere = 'nowhere' as TenantId;
  for (const [name, ask] of Object.entries(questions)) {
    const found = JSON.stringify(await ask(stage, nowhere, person));
    assert.match(found, /^(null|false|\[\]|\{("\w+":0,?)+\}|\{"items":\[\],"nextCursor":null\})$/, name);
  }
});

test('every question of the store has its case here', async () => {
  const folder = join(import.meta.dirname, '../src/questions');
  const cased = new Set(Object.keys(questions).map((name) => name.split(' ', 1)[0]));
  const exported: string[] = [];
  for (const file of readdirSync(folder)) {
    const module: Record<string, unknown> = await import(join(folder, file));
    exported.push(...Object.keys(module).filter((name) => typeof module[name] === 'function'));
  }
  assert.ok(exported.length > 10);
  const known = new Set([...cased, ...ofTheInstallation, ...notQuestions, ...Object.keys(askedTogether)]);
  assert.deepEqual(
    exported.filter((name) => !known.has(name)),
    [],
    'a question without a case for the second tenant',
  );
  const found = new Set([...exported, ...Object.values(askedTogether)]);
  assert.deepEqual(
    [...known].filter((name) => name && !found.has(name)),
    [],
    'a case without a question',
  );
});
