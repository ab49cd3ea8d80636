import { createHash } from 'node:crypto';
import type { TenantId } from '@argus/contract';
import type { Change } from '@argus/core';
import type { Store } from '@argus/store';
import { activityWork } from './activity-work.ts';
import { furnish, lockedOutOf } from './authenticator-stage.ts';
import { anotherInvitation, linkOf } from './change-cases.ts';
import { at, eventOf, idOf, type Person, rotationOf } from './stage.ts';

/** A person of whom every table that can hold somebody holds something, in all that an administrator can do too. */
export async function furnishWhole(store: Store, tenant: TenantId, number: number): Promise<Person> {
  const person = await furnish(store, tenant, number);
  const { user, session, device } = person;
  const { ip, userAgent } = session;
  const about = { userId: user.id, sessionId: session.id, deviceId: device.id, origin: { ip, userAgent } };
  const link = linkOf(user.id, 3_000 + number, tenant);
  const details = {
    email: `next-of-${number}-of-${tenant}@example.org`,
    previousEmail: `was-${number}@example.org`,
  };
  const startedAt = session.createdAt;
  const written = await store.commit({
    tenant,
    changes: [
      { kind: 'create-link', link: { ...link, details } },
      {
        kind: 'create-link',
        link: {
          ...linkOf(lockedOutOf(person, number).id, 6_000 + number, `${tenant}'s guests`),
          details: { invitedBy: `administrator:${user.id}` },
        },
      },
      // There and back, so that there are former ones.
      {
        kind: 'set-password',
        userId: user.id,
        phc: 'another',
        expected: person.phc,
        history: 4,
        at: startedAt,
      },
      {
        kind: 'set-password',
        userId: user.id,
        phc: person.phc,
        expected: 'another',
        history: 4,
        at: startedAt,
      },
      {
        kind: 'invite',
        invitation: {
          ...anotherInvitation(person, number),
          email: user.email,
          invitedBy: `administrator:${user.id}`,
        },
      },
      {
        kind: 'start-recovery',
        recovery: { userId: user.id, startedBy: `administrator:${user.id}`, startedAt, dueAt: startedAt + 1 },
      },
    ],
    events: [
      eventOf({
        type: 'recovery.completed',
        actor: 'system',
        userId: idOf(1, 60_000 + number) as typeof user.id,
        details: { startedBy: `administrator:${user.id}` },
      }),
      eventOf({
        type: 'administration.refused',
        userId: idOf(1, 60_000 + number) as typeof user.id,
        origin: { ip: '203.0.113.77', userAgent: 'browser of an administrator' },
        details: { permission: 'manage-users', targetId: user.id },
      }),
      eventOf({
        type: 'user.roles-changed',
        actor: 'administrator:somebody-else',
        userId: user.id,
        origin: { ip: '203.0.113.77', userAgent: 'browser of an administrator' },
        details: { roles: ['editor'] },
      }),
      eventOf({
        ...about,
        type: 'identity.linked',
        details: { providerId: `provider-${number}`, note: user.email },
      }),
      eventOf({
        type: 'user.disabled',
        actor: `administrator:${user.id}`,
        userId: idOf(1, 60_000 + number) as typeof user.id,
        origin: about.origin,
      }),
    ],
  });
  if (!written.isCommitted) throw new Error(`the person is not whole: ${written.lost}`);
  await store.rotate(rotationOf(person));
  // What the enforcement of policies leaves behind, which no single change does.
  await store.pool.query(
    'INSERT INTO early_ends (tenant_id, session_id, due_at, outlived_until) VALUES ($1, $2, $3, $3)',
    [tenant, session.id, new Date(session.createdAt).toISOString()],
  );
  await store.pool.query(
    `INSERT INTO password_tries (tenant_id, user_id, is_known_device, in_a_row, in_all) VALUES ($1, $2, true, 1, 1) ON CONFLICT DO NOTHING`,
    [tenant, user.id],
  );
  await store.pool.query(
    `INSERT INTO former_passwords (tenant_id, user_id, phc, replaced_at) VALUES ($1, $2, 'an old one', $3)`,
    [tenant, user.id, new Date(session.createdAt).toISOString()],
  );
  await store.pool.query(
    `INSERT INTO policies (tenant_id, version, document, author, created_at)
     VALUES ($1, $2, '{}', 'administrator:' || $3::uuid, $4)`,
    [tenant, 1_000 + number, user.id, new Date(session.createdAt).toISOString()],
  );
  await store.pool.query(
    `INSERT INTO imports (tenant_id, id, name, format, on_existing, gives_administration, state, started_by, asker_id, bytes,
       row_count, created_count, skipped_count, refused_count, created_at, ended_at)
     VALUES ($1, $2, 'people.csv', 'csv', 'skip', false, 'finished', 'administrator:' || $3::uuid, $3, 0, 0, 0, 0, 0, $4, $4)`,
    [tenant, idOf(7, 60_000 + number), user.id, new Date(session.createdAt).toISOString()],
  );
  await store.recordActivity({ ...activityWork([person], number), mark: markOf(tenant, number) });
  return person;
}

const markOf = (tenant: TenantId, number: number) => ({
  use: 'activity' as const,
  hash: createHash('sha256').update(`whole ${number} of ${tenant}`).digest(),
  expiresAt: 2_000_000_000_000,
});

/** The person's erasure begins: sessions and grants end with it. */
export function erasureOf({ user }: Person): Change[] {
  const by = { actor: 'user' };
  return [
    { kind: 'begin-user-erasure', userId: user.id, key: Buffer.alloc(32, 7), at },
    { kind: 'end-sessions-of-user', userId: user.id, reason: 'user-erased', at, by },
  ];
}
