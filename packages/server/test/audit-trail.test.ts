import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AuditEventType, auditEventTypes, endReasons } from '@argus/contract';
import type { AuditEvent } from '@argus/core';
import { generousLimits } from '@argus/server';
import { auditEvents } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { chrome, firefox, userAgent } from '@argus/testing/user-agent';
import { ada, type Played, play } from './life.ts';
import { openStage, tenant, withKey } from './stage.ts';

let server: TestServer;
let played: Played;
let events: AuditEvent[];
let startedAt: number;
before(async () => {
  server = await openStage({ parts: { limits: generousLimits } });
  startedAt = server.clock.now();
  played = await play(server);
  events = await allEvents();
});
after(() => server[Symbol.asyncDispose]());

async function allEvents(): Promise<AuditEvent[]> {
  const found: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await auditEvents(server.argus.services.store.pool, tenant, { limit: 100, cursor });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return found;
}

const of = (type: AuditEventType) => events.filter((event) => event.type === type);

test('everything that the log can say was said in one life', () => {
  const missing = auditEventTypes.filter((type) => of(type).length === 0);
  // A tenant of its own is where a tenant's own beginning is told.
  assert.deepEqual(
    missing.filter((type) => type !== 'configuration.applied'),
    [],
  );
});

test('a tenant that a document created tells so itself', async () => {
  const { body } = await userAgent(server).call('adminListAuditEvents', {
    headers: await withKey(server),
    query: { tenant: 'other' },
  });
  const types = body.events.map(({ type }: { type: string }) => type);
  assert.ok(types.includes('configuration.applied') && types.includes('user.created'));
});

type Part = 'userId' | 'sessionId' | 'grantId' | 'deviceId' | 'reason';
const whole: readonly Part[] = ['userId', 'sessionId', 'grantId', 'deviceId'];

/** Who may have done it, and what the line must name beside time, address and browser. */
const needs: Readonly<Record<AuditEventType, { readonly by: RegExp; readonly names: readonly Part[] }>> = {
  'user.created': { by: /^(anyone|operator|administrator:.+)$/, names: ['userId', 'reason'] },
  'user.sign-up-repeated': { by: /^anyone$/, names: ['userId'] },
  'user.disabled': { by: /^administrator:/, names: ['userId'] },
  'user.enabled': { by: /^administrator:/, names: ['userId'] },
  'user.roles-changed': { by: /^administrator:/, names: ['userId'] },
  'user.name-changed': { by: /^operator$/, names: ['userId'] },
  'user.password-changed': { by: /^user$/, names: ['userId', 'sessionId'] },
  'user.password-change-refused': { by: /^user$/, names: ['userId', 'sessionId', 'reason'] },
  'user.link-issued': { by: /^(system|administrator:.+|operator)$/, names: ['reason'] },
  'user.link-used': { by: /^anyone$/, names: ['userId', 'reason'] },
  'sign-in.succeeded': { by: /^user$/, names: whole },
  'sign-in.refused': { by: /^anyone$/, names: ['reason'] },
  'tries.slowed': { by: /^anyone$/, names: ['reason'] },
  'session.refreshed': { by: /^user$/, names: whole },
  'session.refresh-repeated': { by: /^anyone$/, names: whole },
  'session.refresh-refused': { by: /^anyone$/, names: [...whole, 'reason'] },
  'session.reuse-detected': { by: /^anyone$/, names: [...whole, 'reason'] },
  'session.ended': {
    by: /^(user|anyone|system|administrator:.+)$/,
    names: ['userId', 'sessionId', 'deviceId', 'reason'],
  },
  'device.seen-first': { by: /^user$/, names: whole },
  'key.created': { by: /^(system|operator)$/, names: [] },
  'key.removed': { by: /^(system|operator)$/, names: [] },
  'configuration.applied': { by: /^operator$/, names: [] },
  'client.created': { by: /^administrator:/, names: ['reason'] },
  'client.changed': { by: /^administrator:/, names: [] },
  'client.disabled': { by: /^administrator:/, names: [] },
  'client.enabled': { by: /^administrator:/, names: [] },
  'client.removed': { by: /^administrator:/, names: [] },
  'client.secret-changed': { by: /^administrator:/, names: [] },
  'resource.declared': { by: /^administrator:/, names: [] },
  'resource.removed': { by: /^administrator:/, names: [] },
  'provider.declared': { by: /^administrator:/, names: [] },
  'provider.removed': { by: /^administrator:/, names: [] },
  'consent.withdrawn': { by: /^(user|administrator:.+)$/, names: ['userId'] },
  'grant.ended': { by: /^(user|administrator:.+)$/, names: ['userId', 'sessionId', 'grantId', 'reason'] },
};

describe('each line names who, when, where and about whom:', () => {
  for (const type of auditEventTypes) {
    test(type, () => {
      for (const event of of(type)) {
        const { by, names } = needs[type];
        const line = JSON.stringify(event);
        assert.match(event.actor, by, line);
        for (const name of names) assert.ok(event[name], `${name} in ${line}`);
        assert.ok(event.at >= startedAt && event.at <= server.clock.now(), line);
        // The house itself is nowhere; the keys concern nobody.
        if (event.actor === 'system' || type.startsWith('key.')) continue;
        assert.equal(event.origin?.ip, '127.0.0.1', line);
        assert.ok([chrome, firefox].includes(event.origin?.userAgent ?? ''), line);
      }
    });
  }
});

test('each reason for which a session can end was met, but those of other tests', () => {
  const met = new Set(of('session.ended').map(({ reason }) => reason));
  const elsewhere = ['ended-by-administrator', 'session-limit'];
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
  assert.deepEqual(reasons, new Set(['unknown-user', 'user-disabled', 'wrong-password']));
});

test('no line holds a password, a token, a cookie, a key or a hash', async () => {
  const { rows } = await server.argus.services.store.pool.query('SELECT a::text AS line FROM audit_events a');
  assert.ok(rows.length > 40 && played.secrets.length > 30);
  for (const { line } of rows)
    for (const secret of played.secrets) assert.ok(!line.includes(secret), `${secret} in ${line}`);
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
    'tries.slowed',
  ])
    assert.ok(types.includes(type), type);
  assert.ok(!types.includes('session.refreshed'));
  for (const { sentence } of body.events) assert.match(sentence, /^[A-Z].+\.$/);
  const text = JSON.stringify(body);
  assert.ok(!text.includes(played.administratorId) && !/administrator:/.test(text));
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
