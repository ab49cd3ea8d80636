import assert from 'node:assert/strict';
import { type EndReason, policyDocumentSchema, type SessionId, type TenantId } from '@argus/contract';
import { policyResolver } from '@argus/core';
import { auditEvents, type Store } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { type Reply, type UserAgent, userAgent } from '@argus/testing/user-agent';
import { type Person, password, signIn, someone, tenant } from './stage.ts';

export const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

/** What the tenant's policy says from now on. */
export async function setPolicy(server: TestServer, document: object, of: TenantId = tenant): Promise<void> {
  const { store, policies, clock } = server.argus.services;
  policies.forget(of);
  const { version: expected } = await policies.of(of);
  const parsed = policyDocumentSchema.parse(document);
  const { feed } = policyResolver(parsed).resolve({});
  const written = await store.commit({
    tenant: of,
    changes: [
      {
        kind: 'set-policy',
        expected,
        document: parsed,
        author: 'a test',
        note: null,
        restoredFrom: null,
        feed,
        at: clock.now(),
      },
    ],
    events: [],
  });
  assert.ok(written.isCommitted);
  policies.forget(of);
}

/** So many sessions at once, and who gives way. */
export function setLimit(
  server: TestServer,
  concurrent: object,
  overrides: readonly object[] = [],
): Promise<void> {
  return setPolicy(server, { session: { concurrent }, overrides });
}

export interface Elsewhere {
  readonly browser: UserAgent;
  readonly sessionId: SessionId;
}

/** Another device of this person, signed in a minute later. */
export async function elsewhere(
  server: TestServer,
  { email }: Pick<Person, 'email'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Elsewhere> {
  server.clock.advance(60_000);
  const browser = userAgent(server, headers);
  return { browser, sessionId: (await signIn(browser, email)).sessionId };
}

/** A person with so many sessions, the first of them first; each began a minute after the one before. */
export async function signedInTimes(
  server: TestServer,
  count: number,
): Promise<readonly [Person, ...Elsewhere[]]> {
  const person = await someone(server);
  const others: Elsewhere[] = [];
  while (others.length < count - 1) others.push(await elsewhere(server, person));
  server.clock.advance(60_000);
  return [person, ...others];
}

export function tryToSignIn(browser: UserAgent, { email }: Pick<Person, 'email'>): Promise<Reply> {
  return browser.call('signIn', { body: { identifier: email, password } });
}

/** Who is told to come back does so: the service is busy, or looks at as many passwords of this person as may be wrong. */
export async function signInPersistently(browser: UserAgent, person: Pick<Person, 'email'>): Promise<Reply> {
  for (let tries = 0; tries < 200; tries += 1) {
    const reply = await tryToSignIn(browser, person);
    if (reply.status !== 503 && reply.status !== 429) return reply;
  }
  return assert.fail('the service stays busy');
}

/** The live sessions of a person, told by the database. */
export async function liveIds(
  { store }: { readonly store: Pick<Store, 'pool'> },
  { userId }: Pick<Person, 'userId'>,
  of: TenantId = tenant,
): Promise<readonly SessionId[]> {
  const { rows } = await store.pool.query(
    `SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND state = 'active' ORDER BY created_at, id`,
    [of, userId],
  );
  return rows.map(({ id }) => id);
}

/** Why a session ended, and for which one it made room. */
export async function endOf(
  server: TestServer,
  sessionId: SessionId,
): Promise<{ readonly reason: EndReason | null; readonly madeRoomFor: SessionId | null }> {
  const { rows } = await server.argus.services.store.pool.query(
    'SELECT end_reason AS reason, made_room_for AS "madeRoomFor" FROM sessions WHERE tenant_id = $1 AND id = $2',
    [tenant, sessionId],
  );
  return rows[0];
}

/** What the audit log tells of the end of a session beside its reason. */
export async function endDetails(server: TestServer, sessionId: SessionId) {
  const { items } = await auditEvents(server.argus.services.store.pool, tenant, { sessionId, limit: 100 });
  return items.find(({ type }) => type === 'session.ended')?.details;
}
