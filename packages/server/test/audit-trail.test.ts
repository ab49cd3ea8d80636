import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AuditEventType, auditEventTypes, endReasons } from '@argus/contract';
import type { AuditEvent } from '@argus/core';
import { generousLimits } from '@argus/server';
import { auditEvents, tenantsOfInstallation } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { chrome, firefox, userAgent } from '@argus/testing/user-agent';
import { ada, type Played, play } from './life.ts';
import { needs } from './life-lines.ts';
import { type LifeOfClients, playClients } from './life-of-clients.ts';
import { signInAgain } from './oauth-holders.ts';
import { openStage, withKey } from './stage.ts';

/** A server, everything that its log says, and between what times. */
interface Told {
  readonly server: TestServer;
  readonly startedAt: number;
  readonly events: readonly AuditEvent[];
  readonly secrets: readonly string[];
}

let server: TestServer;
let played: Played;
let clients: LifeOfClients;
/** Of people among themselves. */
let people: Told;
/** Of people, their applications and the providers that they come from. */
let applications: Told;
before(async () => {
  server = await openStage({ parts: { limits: generousLimits } });
  const startedAt = server.clock.now();
  played = await play(server);
  people = { server, startedAt, secrets: played.secrets, events: await allEvents(server) };
  clients = await playClients();
  applications = { ...clients, events: await allEvents(clients.server) };
});
after(async () => {
  await clients[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** The events of all tenants. */
async function allEvents({ argus }: TestServer): Promise<AuditEvent[]> {
  const { pool } = argus.services.store;
  const { items: tenants } = await tenantsOfInstallation(pool, { limit: 100 });
  const found: AuditEvent[] = [];
  for (const { id } of tenants) {
    let cursor: string | undefined;
    do {
      const page = await auditEvents(pool, id, { limit: 100, cursor });
      found.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
  }
  return found;
}

const lives = () => [people, applications];
const of = (type: AuditEventType, told: readonly Told[] = [people]) =>
  told.flatMap(({ events }) => events.filter((event) => event.type === type));

test('everything that the log can say was said in one life or the other', () => {
  const missing = auditEventTypes.filter((type) => of(type, lives()).length === 0);
  assert.deepEqual(missing, []);
});

test('a tenant that a document created tells so itself', async () => {
  const { body } = await userAgent(server).call('adminListAuditEvents', {
    headers: await withKey(server),
    query: { tenant: 'other' },
  });
  const types = body.events.map(({ type }: { type: string }) => type);
  assert.ok(types.includes('configuration.applied') && types.includes('user.created'));
});

/** What clients and providers on this machine call themselves. */
const programs = 'node';

describe('each line names who, when, where and about whom:', () => {
  for (const type of auditEventTypes) {
    test(type, () => {
      for (const told of lives()) for (const event of of(type, [told])) assertWhole(event, told);
    });
  }
});

function assertWhole(event: AuditEvent, { server: { clock }, startedAt }: Told): void {
  const { by, names, tells = [] } = needs[event.type];
  const line = JSON.stringify(event);
  assert.match(event.actor, by, line);
  for (const name of names) assert.ok(event[name], `${name} in ${line}`);
  for (const name of tells) assert.ok(event.details?.[name] !== undefined, `${name} in ${line}`);
  assert.ok(event.at >= startedAt && event.at <= clock.now(), line);
  // The house itself is nowhere; the keys concern nobody.
  if (event.actor === 'system' || event.type.startsWith('key.')) return;
  assert.equal(event.origin?.ip, '127.0.0.1', line);
  assert.ok([chrome, firefox, programs].includes(event.origin?.userAgent ?? ''), line);
}

test('what a client does is told as done by that very client', () => {
  const byClients = applications.events.filter(({ actor }) => actor.startsWith('client:'));
  assert.ok(byClients.length > 10);
  for (const { actor, details } of byClients) assert.equal(actor, `client:${details?.clientId}`);
});

test('each reason for which a session or a grant can end was met, but those of other tests', async () => {
  const met = new Set(of('session.ended', lives()).map(({ reason }) => reason));
  for (const { server: each } of lives()) {
    const { rows } = await each.argus.services.store.pool.query('SELECT DISTINCT end_reason FROM grants');
    for (const { end_reason } of rows) met.add(end_reason);
  }
  const elsewhere = ['ended-by-administrator', 'session-limit', 'email-changed', 'user-erased'];
  assert.deepEqual(
    endReasons.filter((reason) => !met.has(reason) && !elsewhere.includes(reason)),
    [],
  );
});

test('the line about a theft names both: who rotated, and who came after', () => {
  const [theft, ...more] = of('session.reuse-detected');
  assert.equal(more.length, 0);
  const { rotatedBy, replayedBy } = (theft?.details ?? {}) as Record<string, Record<string, unknown>>; // our own words
  assert.equal(rotatedBy?.userAgent, chrome);
  assert.deepEqual([replayedBy?.userAgent, replayedBy?.holdsDeviceSecret], [firefox, false]);
});

test('the reason for a refused sign-in is for the log alone', () => {
  const reasons = new Set(of('sign-in.refused').map(({ reason }) => reason));
  assert.deepEqual(reasons, new Set(['unknown-user', 'user-disabled', 'wrong-password', 'code-wrong']));
});

test('no line holds a password, a code, a token, a proof, a request, a cookie, a key or a hash', async () => {
  for (const told of lives()) {
    const { pool } = told.server.argus.services.store;
    const { rows } = await pool.query('SELECT a::text AS line FROM audit_events a');
    assert.ok(rows.length > 40 && told.secrets.length > 100);
    for (const { line } of rows)
      for (const secret of told.secrets) assert.ok(!line.includes(secret), `${secret} in ${line}`);
  }
});

test('those were looked for that went over the wire', () => {
  const expected = [
    'access_token',
    'authorization',
    'client_assertion',
    'clientSecret',
    'code',
    'code_verifier',
    'cookie',
    'device_code',
    'dpop',
    'formToken',
    'id_token',
    'logout_token',
    'password',
    'refresh_token',
    'request',
    'request_uri',
    'secret',
    'state',
    'subject_token',
    'token',
    'user_code',
  ];
  assert.deepEqual(
    expected.filter((name) => !clients.names.has(name)),
    [],
  );
});

test('a person reads about the own account alone, in sentences, and without the routine', async () => {
  const browser = userAgent(server);
  await browser.call('signIn', { body: { identifier: ada, password: 'an entirely different sentence' } });
  const { body } = await browser.call('listSecurityEvents', { query: { limit: '100' } });
  const types: string[] = body.events.map(({ type }: { type: string }) => type);
  for (const type of [
    'user.created',
    'user.password-changed',
    'sign-in.refused',
    'user.sign-up-repeated',
    'user.locked',
    'user.unlocked',
  ])
    assert.ok(types.includes(type), type);
  assert.ok(!types.includes('session.refreshed'));
  for (const { sentence } of body.events) assert.match(sentence, /^[A-Z].+\.$/);
  const text = JSON.stringify(body);
  assert.ok(!text.includes(played.administratorId) && !/administrator:/.test(text));
});

test('a person reads what applications and providers did in the own name, in sentences', async () => {
  const { browser, email } = clients.person;
  await signInAgain(browser, email);
  const { body } = await browser.call('listSecurityEvents', { query: { limit: '100' } });
  const told = new Set(body.events.map(({ type }: { type: string }) => type));
  const routine = /^(session\.refreshed|token\.exchanged|grant\.(began|ended)|logout\..*)$/;
  const own = applications.events.filter(({ userId }) => userId === clients.person.userId);
  assert.ok(own.length > 30);
  for (const { type } of own) assert.equal(told.has(type), !routine.test(type), type);
  for (const { sentence } of body.events) assert.match(sentence, /^[A-Z].+\.$/);
});

test('the operator finds the lines of one person, of one session and of one type', async () => {
  const headers = await withKey(server);
  const ask = async (query: Record<string, string>) =>
    (await userAgent(server).call('adminListAuditEvents', { headers, query: { limit: '100', ...query } }))
      .body.events;
  for (const event of await ask({ userId: played.adaId })) assert.equal(event.userId, played.adaId);
  for (const event of await ask({ type: 'session.ended' })) assert.equal(event.type, 'session.ended');
  const [{ sessionId }] = await ask({ type: 'session.reuse-detected' });
  const told = await ask({ sessionId });
  assert.ok(told.length >= 4);
  for (const event of told) assert.equal(event.sessionId, sessionId);
});
