import type { ApplyDocument, Instant, TenantId } from '@argus/contract';
import { type Change, canonicalEmail, canonicalName, type EventDraft, type User } from '@argus/core';
import { usersOfTenant } from '@argus/store';
import { type Services, stamp } from '../services.ts';
import { actingFor } from '../tenant/address.ts';
import type { ApplyOutcome } from './apply-outcome.ts';
import type { Ender } from './end-sessions.ts';
import { givingRoles } from './give-roles.ts';
import { newLink } from './new-link.ts';
import { newUser } from './new-user.ts';

type DeclaredUser = ApplyDocument['users'][number];

/** Create a user, or give a known one the declared roles, groups and name. */
export async function applyUser(
  services: Services,
  by: Ender,
  declared: DeclaredUser,
): Promise<ApplyOutcome> {
  const tenant = declared.tenant as TenantId; // the schema gave it the form of one
  const email = canonicalEmail(declared.email) ?? '';
  const now = services.clock.now();
  const { items } = await usersOfTenant(services.store.pool, tenant, { email, limit: 1, now });
  const known = items[0]?.user;
  // Its link leads to where the tenant's people sign in.
  if (!known) return createUser(await actingFor(services, tenant), { ...by, tenant }, { ...declared, email });
  const { changes, events } = differences(known, declared, { ...by, at: now });
  if (changes.length === 0) return null;
  const written = await services.store.commit({ tenant, changes, events: stamp(services, now, events) });
  if (written.isCommitted) return { kind: 'change', what: 'user', name: email };
  return written.lost === 'set-user-roles' ? 'last-owner' : 'lost';
}

/** What must change for a user to be as declared; a name and groups that are not declared stay. */
function differences(
  known: User,
  declared: DeclaredUser,
  by: Ender & { readonly at: Instant },
): { changes: Change[]; events: EventDraft[] } {
  const changes: Change[] = [];
  const events: EventDraft[] = [];
  const about = { actor: by.actor, origin: by.origin, userId: known.id };
  const { roles, groups } = declared;
  if (!sameSet(known.roles, roles)) {
    changes.push(...givingRoles(known.id, roles, by.at));
    events.push({ type: 'user.roles-changed', ...about, details: { roles } });
  }
  if (groups && !sameSet(known.groups, groups)) {
    changes.push({ kind: 'set-user-groups', userId: known.id, groups });
    events.push({ type: 'user.groups-changed', ...about, details: { groups } });
  }
  const name = canonicalName(declared.name);
  if (name !== null && name !== known.name) {
    changes.push({ kind: 'set-user-name', userId: known.id, name });
    events.push({ type: 'user.name-changed', ...about });
  }
  return { changes, events };
}

async function createUser(services: Services, by: Ender, declared: DeclaredUser): Promise<ApplyOutcome> {
  const { user, change } = newUser(services, by.tenant, declared);
  const changes: Change[] = [change];
  const at = services.clock.now();
  let link: string | undefined;
  const phc = await passwordOf(services, declared);
  if (phc === null) {
    const made = newLink(services, { kind: 'invitation', userId: user.id, details: { invitedBy: by.actor } });
    changes.push(made.change);
    link = made.url;
  } else {
    changes.push({ kind: 'set-password', userId: user.id, phc, expected: null, at });
  }
  const about = { actor: by.actor, origin: by.origin, userId: user.id };
  const written = await services.store.commit({
    tenant: by.tenant,
    changes,
    events: stamp(services, at, [
      { type: 'user.created', ...about, reason: 'apply', details: { roles: declared.roles } },
      ...(link ? [{ type: 'user.link-issued' as const, ...about, reason: 'invitation' }] : []),
    ]),
  });
  if (!written.isCommitted) return null; // somebody else created the same address a moment ago
  return { kind: 'create', what: 'user', name: user.email, ...(link ? { link } : {}) };
}

/** The hash of the declared password, or the one that was brought along; null for a person who sets one by a link. */
async function passwordOf(
  { passwords }: Services,
  { password, passwordHash }: DeclaredUser,
): Promise<string | null> {
  return password === undefined ? (passwordHash ?? null) : passwords.hash(password, 'known');
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.every((item) => b.includes(item)) && b.every((item) => a.includes(item));
}
