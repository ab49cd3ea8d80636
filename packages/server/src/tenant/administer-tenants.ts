import { isDeepStrictEqual } from 'node:util';
import { defaultTenant, type TenantChanges } from '@argus/contract';
import type { EventDraft, Mistake, Tenant } from '@argus/core';
import { tenantById, tenantsOfNames } from '@argus/store';
import { type Administrator, denied } from '../flows/administrator.ts';
import type { Ender } from '../flows/end-sessions.ts';
import { mistaken } from '../flows/mistake.ts';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import { forgetTenants } from './forget-tenants.ts';

/** Create a tenant. Its own log tells of its beginning. */
export async function createTenant(
  services: Services,
  by: Ender,
  settings: TenantChanges,
): Promise<Tenant | Refused> {
  if (await tenantById(services.store.pool, by.tenant))
    return { refused: 'conflict', errors: [{ path: 'body.id', message: 'names a tenant that exists' }] };
  const wrong = mistakesInTenant(services, by.tenant, settings);
  if (wrong.length > 0) return mistaken(wrong);
  const taken = await namesOfOthers(services, by.tenant, settings);
  if (taken.length > 0) return conflicting(taken);
  const isWritten = await writeNewTenant(services, by, { settings, reason: 'administration' });
  return (isWritten && (await tenantById(services.store.pool, by.tenant))) || { refused: 'conflict' };
}

/** The same for what was judged already; false: it exists, or another tenant has one of its names. */
export async function writeNewTenant(
  services: Services,
  { tenant, actor, origin }: Ender,
  { settings, reason }: { readonly settings: TenantChanges; readonly reason: 'administration' | 'apply' },
): Promise<boolean> {
  const at = services.clock.now();
  const created: EventDraft = { type: 'tenant.created', actor, origin, reason, details: { settings } };
  const applied: EventDraft = { type: 'configuration.applied', actor, origin, details: { tenant } };
  const written = await services.store.commit({
    tenant,
    changes: [{ kind: 'create-tenant', id: tenant, at, settings }],
    events: stamp(services, at, reason === 'apply' ? [created, applied] : [created]),
  });
  forgetTenants(services, tenant);
  return written.isCommitted;
}

/** Change what is given. Only the operator may change more than the name. */
export async function changeTenant(
  services: Services,
  by: Administrator,
  settings: TenantChanges,
): Promise<Tenant | Refused> {
  const { name: _, ...beyond } = settings;
  if (!by.may.has('operate') && Object.keys(beyond).length > 0) {
    const details = { call: 'change-tenant', fields: Object.keys(beyond) };
    return denied(services, by, { permission: 'operate', reason: 'permission', details });
  }
  const known = await tenantById(services.store.pool, by.tenant);
  if (!known) return { refused: 'not_found' };
  const wrong = mistakesInTenant(services, by.tenant, settings);
  if (wrong.length > 0) return mistaken(wrong);
  const taken = await namesOfOthers(services, by.tenant, settings);
  if (taken.length > 0) return conflicting(taken);
  const written = await writeTenant(services, by, { known, settings });
  return (written && (await tenantById(services.store.pool, by.tenant))) || { refused: 'conflict' };
}

/** The same for what was judged already. Writes nothing when nothing is different; null: it is being erased, or a name is taken. */
export async function writeTenant(
  services: Services,
  { tenant, actor, origin }: Ender,
  { known, settings }: { readonly known: Tenant; readonly settings: TenantChanges },
): Promise<{ readonly fields: readonly string[] } | null> {
  const fields = differences(known, settings);
  if (fields.length === 0) return { fields };
  const at = services.clock.now();
  const written = await services.store.commit({
    tenant,
    changes: [{ kind: 'change-tenant', settings }],
    events: stamp(
      services,
      at,
      eventsOf(known, settings, fields).map((event) => ({ ...event, actor, origin })),
    ),
  });
  forgetTenants(services, tenant);
  return written.isCommitted ? { fields } : null;
}

const ofPlan: readonly string[] = ['plan', 'addOns'];

/** A plan is told as what it was and is, so that nobody has to look for when it changed. */
function eventsOf(
  known: Tenant,
  settings: TenantChanges,
  fields: readonly (keyof TenantChanges)[],
): Pick<EventDraft, 'type' | 'details'>[] {
  const others = fields.filter((field) => !ofPlan.includes(field));
  const to = Object.fromEntries(others.map((field) => [field, settings[field]]));
  const { plan, addOns } = known;
  const next = { plan: settings.plan ?? plan, addOns: settings.addOns ?? addOns };
  return [
    ...(others.length > 0 ? [{ type: 'tenant.changed' as const, details: { fields: others, to } }] : []),
    ...(others.length < fields.length
      ? [{ type: 'tenant.plan-changed' as const, details: { from: { plan, addOns }, to: next } }]
      : []),
  ];
}

function differences(known: Tenant, settings: TenantChanges): (keyof TenantChanges)[] {
  const names = Object.keys(settings) as (keyof TenantChanges)[]; // its own keys, which Object.keys forgets
  return names.filter(
    (name) => settings[name] !== undefined && !isDeepStrictEqual(known[name], settings[name]),
  );
}

/** What cannot be set, whatever other tenants have. */
export function mistakesInTenant(
  { config }: Pick<Services, 'config'>,
  tenant: string,
  { hosts = [] }: TenantChanges,
): Mistake[] {
  if (tenant === defaultTenant && hosts.length > 0)
    return [{ path: 'hosts', message: 'must be empty: this tenant is at the address of the installation' }];
  const { hostname } = new URL(config.issuer);
  return hosts.flatMap((host, place) =>
    host === hostname
      ? [{ path: `hosts.${place}`, message: 'is the address of the installation, which other tenants share' }]
      : [],
  );
}

/** Hosts and domains that other tenants have, at their places. Only the operator may be told. */
export async function namesOfOthers(
  { store }: Services,
  tenant: string,
  { hosts = [], domains = [] }: TenantChanges,
): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const [kind, names] of [
    ['host', hosts],
    ['domain', domains],
  ] as const) {
    const owners = await tenantsOfNames(store.pool, kind, names);
    for (const [place, name] of names.entries()) {
      const owner = owners.get(name);
      if (owner !== undefined && owner !== tenant)
        mistakes.push({ path: `${kind}s.${place}`, message: `belongs to the tenant ${owner} already` });
    }
  }
  return mistakes;
}

function conflicting(mistakes: readonly Mistake[]): Refused {
  return {
    refused: 'conflict',
    errors: mistakes.slice(0, 20).map(({ path, message }) => ({ path: `body.${path}`, message })),
  };
}
