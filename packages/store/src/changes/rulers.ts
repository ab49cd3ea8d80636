import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdTenant } from './hold-tenant.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/** Whoever may everything in a tenant, or almost. These words are those of the index `users_ruling`. */
export const isRuler = `roles && '{owner,admin}'::text[]`;

/**
 * Whether the tenant keeps somebody to rule it when the user `u` goes on with these roles alone, none for one who goes
 * altogether: an owner, or an owner or administrator where `u` is no owner. Who holds the tenant finds everybody else
 * as they are, so of the last two at most one goes.
 */
export const keepsRuler = (roles: string) => `CASE
    WHEN u.status <> 'active' OR NOT u.${isRuler} THEN true
    WHEN 'owner' = ANY (u.roles) THEN 'owner' = ANY (${roles}) OR EXISTS (
      SELECT FROM users o WHERE o.tenant_id = $1 AND o.id <> u.id AND o.status = 'active' AND o.${isRuler}
        AND 'owner' = ANY (o.roles))
    ELSE ${roles} && '{owner,admin}'::text[] OR EXISTS (
      SELECT FROM users o WHERE o.tenant_id = $1 AND o.id <> u.id AND o.status = 'active' AND o.${isRuler})
  END`;

export const setUserRoles: Write<Of<'set-user-roles'>> = ({ userId, roles }) => ({
  first: holdTenant,
  name: 'set-user-roles',
  text: `UPDATE users u SET roles = $3 WHERE u.tenant_id = $1 AND u.id = $2 AND ${keepsRuler('$3::text[]')}`,
  values: [userId, roles],
  expects: 1,
});

export const setUserStatus: Write<Of<'set-user-status'>> = ({ userId, status, at }) =>
  status === 'disabled'
    ? {
        first: holdTenant,
        name: 'disable-user',
        text: `
          UPDATE users u SET status = 'disabled'
          WHERE u.tenant_id = $1 AND u.id = $2 AND u.status <> 'erasing' AND ${keepsRuler(`'{}'::text[]`)}`,
        values: [userId],
        expects: 1,
        tells: () => [{ type: 'user-ended', sub: userId }],
      }
    : {
        name: 'enable-user',
        text: `UPDATE users SET status = 'active', enabled_at = COALESCE($3::timestamptz, enabled_at)
          WHERE tenant_id = $1 AND id = $2 AND status <> 'erasing'`,
        values: [userId, timestamp(at ?? null)],
        expects: 1,
      };

// Two first administrators cannot be: the tenant's row is locked, and the second finds the first. The lock is a
// statement of its own, because one that waits inside the guard would still look at the time before the wait.
export const beFirstAdministrator: Write<Of<'be-first-administrator'>> = ({ userId }) => ({
  first: holdTenant,
  name: 'be-first-administrator',
  text: `
    UPDATE users u SET roles = u.roles || '{owner,admin}'::text[]
    WHERE u.tenant_id = $1 AND u.id = $2 AND NOT EXISTS (
      SELECT FROM users o WHERE o.tenant_id = $1 AND o.${isRuler})`,
  values: [userId],
  expects: 1,
});

// Who waited for the row `u` sees it anew, and nothing else: of who asks about themselves their own row is judged.
export const expectWithinReach: Write<Of<'expect-within-reach'>> = ({ of, beyond, asker }) => ({
  name: 'expect-within-reach',
  text: `
    SELECT u.id FROM users u
    WHERE u.tenant_id = $1
      AND u.id = COALESCE($2::uuid, (SELECT s.user_id FROM sessions s WHERE s.tenant_id = $1 AND s.id = $3))
      AND NOT u.roles && $4::text[]
      AND CASE WHEN u.id = $5 THEN u.status = 'active' AND u.roles @> $6::text[]
        ELSE EXISTS (
          SELECT FROM users a WHERE a.tenant_id = $1 AND a.id = $5 AND a.status = 'active' AND a.roles @> $6::text[])
      END
    FOR NO KEY UPDATE OF u`,
  values: [
    'userId' in of ? of.userId : null,
    'sessionId' in of ? of.sessionId : null,
    beyond,
    asker.userId,
    asker.roles,
  ],
  expects: 1,
});
