import { createHash } from 'node:crypto';
import type { ClientId, DeviceId, GrantId, Instant, SessionId, TenantId, UserId } from '@argus/contract';
import {
  type AuditEvent,
  balanced,
  type Change,
  type Device,
  type Grant,
  type Mail,
  type Rotation,
  type Session,
  startSession,
  type User,
} from '@argus/core';
import { openStore, type Store } from '@argus/store';
import { fakeEpochMs } from '@argus/testing';
import { testDatabase } from '@argus/testing/database';

export const at: Instant = fakeEpochMs;
// Ids are brands over text; here is where a test's text becomes one.
export const home = 'default' as TenantId;
export const other = 'other' as TenantId;

export interface Stage extends AsyncDisposable {
  readonly store: Store;
  readonly url: string;
}

/** A store on a database of its own, with the tenants `default` and `other`. */
export async function openStage(size?: number): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  const store = stack.use(openStore({ url, ...(size === undefined ? {} : { size }) }));
  await store.commit({ tenant: other, changes: [{ kind: 'create-tenant', id: other, at }], events: [] });
  return { store, url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A person with everything a person has. The same number gives the same ids, address and secrets in any tenant. */
export interface Person {
  readonly tenant: TenantId;
  readonly user: User;
  readonly device: Device;
  readonly session: Session;
  readonly grant: Grant;
  readonly phc: string;
}

let event = 0;

/** A UUIDv7-shaped id that says what it is of: kind and number. */
export function idOf(kind: number, number: number): string {
  return `01990000-000${kind}-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** What a person is; written by `seed`. Free texts and addresses name the tenant, so that a leak shows. */
export function personOf(tenant: TenantId, number: number, now: Instant = at): Person {
  const userAgent = `browser of ${tenant}`;
  const ip = tenant === home ? '192.0.2.7' : '198.51.100.7';
  const userId = idOf(1, number) as UserId;
  const deviceId = idOf(2, number) as DeviceId;
  const secretHash = createHash('sha256').update(`device ${number}`).digest();
  const begun = startSession(
    {
      sessionId: idOf(3, number) as SessionId,
      grantId: idOf(4, number) as GrantId,
      grantSecret: createHash('sha256').update(`grant ${number}`).digest(),
      userId,
      deviceId,
      clientId: `client-of-${tenant}` as ClientId,
      proofs: [{ method: 'pwd', provedAt: now }],
      ip,
      userAgent,
    },
    balanced,
    now,
  );
  return {
    tenant,
    user: {
      id: userId,
      tenant,
      email: `person-${number}@example.org`,
      name: `person of ${tenant}`,
      roles: [],
      groups: [],
      status: 'active',
      createdAt: now,
      emailVerifiedAt: null,
    },
    device: { id: deviceId, userId, secretHash, userAgent, firstSeenAt: now, lastSeenAt: now },
    phc: `phc of ${number}`,
    ...begun,
  };
}

export function signUpChanges({ user, phc }: Person): Change[] {
  return [
    { kind: 'create-user', user },
    { kind: 'set-password', userId: user.id, phc, expected: null, at: user.createdAt },
  ];
}

export function signInChanges({ user, device, session, grant }: Person): Change[] {
  return [
    { kind: 'hold-user', userId: user.id },
    { kind: 'see-device', device, at: session.createdAt },
    {
      kind: 'create-session',
      session,
      methods: ['pwd'],
      authenticationIds: [idOf(5, Number.parseInt(session.id.slice(-12), 16))],
    },
    { kind: 'create-grant', grant },
  ];
}

/** A mail that waits for this person. */
export function mailOf({ tenant, user }: Person, number: number, changes: Partial<Mail> = {}): Mail {
  const sealed = Buffer.from(`sealed mail of ${tenant}`);
  return {
    id: idOf(8, number),
    kind: 'password-changed',
    userId: user.id,
    sealed,
    createdAt: at,
    ...changes,
  };
}

/** Write a person who is signed in, and one audit event about it. */
export async function seed(store: Store, person: Person): Promise<Person> {
  const changes = [...signUpChanges(person), ...signInChanges(person)];
  const { tenant, user, session } = person;
  const events = [
    eventOf({
      userId: user.id,
      sessionId: session.id,
      origin: { ip: session.ip, userAgent: session.userAgent },
    }),
  ];
  const written = await store.commit({ tenant, changes, events });
  if (!written.isCommitted) throw new Error(`the person could not be seeded: ${written.lost}`);
  return person;
}

/** An audit event with an id that was not used before. */
export function eventOf(of: Partial<AuditEvent> = {}): AuditEvent {
  event += 1;
  return { id: idOf(6, event), at, type: 'sign-in.succeeded', actor: 'user', ...of };
}

/** The rotation that this person's next refresh asks for. */
export function rotationOf(person: Person, changes: Partial<Rotation> = {}): Rotation {
  const { tenant, grant, session, user, device } = person;
  event += 1;
  return {
    tenant,
    grantId: grant.id,
    sessionId: session.id,
    fromGeneration: grant.generation,
    policyVersion: 1,
    at: at + 60_000,
    expiresAt: at + 1_860_000,
    lastActiveAt: at + 60_000,
    idleExpiresAt: at + 1_860_000,
    ip: '192.0.2.99',
    userAgent: 'who rotated',
    eventId: idOf(6, event),
    userId: user.id,
    deviceId: device.id,
    ...changes,
  };
}

/** One line for each table with all that a tenant holds in it; equal texts mean that nothing changed. */
export async function holdings(store: Store, tenant?: TenantId): Promise<Record<string, string>> {
  const { rows: tables } = await store.pool.query<{ name: string; key: string }>(
    `SELECT table_name AS name, column_name AS key FROM information_schema.columns
     WHERE table_schema = 'public' AND (column_name = 'tenant_id' OR (table_name, column_name) = ('tenants', 'id'))`,
  );
  const held: Record<string, string> = {};
  for (const { name, key } of tables) {
    const { rows } = await store.pool.query<{ all: string | null }>(
      `SELECT string_agg(t::text, E'\\n' ORDER BY t::text) AS all FROM ${name} t WHERE $1::text IS NULL OR ${key} = $1`,
      [tenant ?? null],
    );
    held[name] = rows[0]?.all ?? '';
  }
  return held;
}
