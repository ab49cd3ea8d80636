import type { TenantChanges } from '@argus/contract';
import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdTenantAlone } from './hold-tenant.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/** SHA-256 of nothing, base64url: the first event of a feed has none before it. */
const digestOfNothing = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU';

// A name that another tenant has makes the insert fail at its second key, and the commit is lost.
const named = (table: 'tenant_hosts' | 'tenant_domains', column: 'host' | 'domain', place: string) => `
  INSERT INTO ${table} (tenant_id, ${column}, place)
  SELECT held.id, n.name, n.place FROM held, unnest(${place}::text[]) WITH ORDINALITY AS n (name, place)
  ON CONFLICT (tenant_id, ${column}) DO UPDATE SET place = EXCLUDED.place`;

export const createTenant: Write<Of<'create-tenant'>> = ({ at, settings = {} }) => ({
  name: 'create-tenant',
  text: `
    WITH held AS (
      INSERT INTO tenants (id, created_at, name, plan, add_ons)
      VALUES ($1, $2, $4, COALESCE($5, 'enterprise'), COALESCE($6::text[], '{}'))
      ON CONFLICT (id) DO NOTHING RETURNING id
    ), hosts AS (${named('tenant_hosts', 'host', '$7')}), domains AS (${named('tenant_domains', 'domain', '$8')})
    INSERT INTO feeds (tenant_id, digest) SELECT id, $3 FROM held`,
  values: [timestamp(at), digestOfNothing, ...valuesOf(settings)],
  expects: 1,
  losesToDuplicate: true,
});

function valuesOf({ name, plan, addOns, hosts, domains }: TenantChanges): unknown[] {
  return [name ?? null, plan ?? null, addOns ?? null, hosts ?? null, domains ?? null];
}

export const changeTenant: Write<Of<'change-tenant'>> = ({ settings }) => ({
  name: 'change-tenant',
  text: `
    WITH held AS (
      UPDATE tenants SET name = CASE WHEN $7 THEN $2 ELSE name END, plan = COALESCE($3, plan), add_ons = COALESCE($4::text[], add_ons)
      WHERE id = $1 AND status <> 'erasing' RETURNING id
    ), hosts_gone AS (
      DELETE FROM tenant_hosts h USING held WHERE h.tenant_id = held.id AND h.host <> ALL ($5::text[])
    ), domains_gone AS (
      DELETE FROM tenant_domains d USING held WHERE d.tenant_id = held.id AND d.domain <> ALL ($6::text[])
    ), hosts AS (${named('tenant_hosts', 'host', '$5')}), domains AS (${named('tenant_domains', 'domain', '$6')})
    SELECT id FROM held`,
  values: [...valuesOf(settings), settings.name !== undefined],
  expects: 1,
  losesToDuplicate: true,
});

// Held alone: whoever begins a session shares the tenant until the commit, so it comes before this and is found by those
// who end them, or it waits and finds the tenant suspended.
export const suspendTenant: Write<Of<'suspend-tenant'>> = ({ at }) => ({
  first: holdTenantAlone,
  name: 'suspend-tenant',
  text: `UPDATE tenants SET status = 'suspended', suspended_at = $2 WHERE id = $1 AND status = 'active' RETURNING id`,
  values: [timestamp(at)],
  expects: 1,
  tells: () => [{ type: 'tenant-ended' }],
});

export const endSessionsOfTenant: Write<Of<'end-sessions-of-tenant'>> = (change) => ({
  name: 'end-sessions-of-tenant',
  text: `
    WITH live AS (
      SELECT s.id FROM sessions s JOIN tenants t ON t.id = s.tenant_id
      WHERE s.tenant_id = $1 AND s.state = 'active' AND t.status = 'suspended'
      ORDER BY s.id LIMIT $3 FOR NO KEY UPDATE OF s
    )
    UPDATE sessions s SET state = 'ended', ended_at = $2, end_reason = 'tenant-suspended' FROM live
    WHERE s.tenant_id = $1 AND s.id = live.id RETURNING s.id, s.user_id, s.device_id`,
  values: [timestamp(change.at), change.limit],
  expects: 0,
  ends: { ...change, reason: 'tenant-suspended' },
});

// Told once more: what was signed while the tenant was being suspended is over now, too.
export const settleTenant: Write<Of<'settle-tenant'>> = ({ at, suspendedBy }) => ({
  name: 'settle-tenant',
  text: `
    UPDATE tenants SET settled_at = $2
    WHERE id = $1 AND status = 'suspended' AND settled_at IS NULL AND suspended_at <= $3
      AND NOT EXISTS (SELECT FROM sessions WHERE tenant_id = $1 AND state = 'active') RETURNING id`,
  values: [timestamp(at), timestamp(suspendedBy)],
  expects: 1,
  tells: () => [{ type: 'tenant-ended' }],
});

export const resumeTenant: Write<Of<'resume-tenant'>> = () => ({
  name: 'resume-tenant',
  text: `
    UPDATE tenants SET status = 'active', suspended_at = NULL, settled_at = NULL
    WHERE id = $1 AND status = 'suspended' AND settled_at IS NOT NULL`,
  values: [],
  expects: 1,
});

export const beginErasure: Write<Of<'begin-erasure'>> = () => ({
  name: 'begin-erasure',
  text: `UPDATE tenants SET status = 'erasing' WHERE id = $1 AND status = 'suspended' AND settled_at IS NOT NULL`,
  values: [],
  expects: 1,
});
