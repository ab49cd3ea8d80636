import type { ApplyDocument, RefusalCode, TenantId } from '@argus/contract';
import {
  type Change,
  canonicalEmail,
  canonicalName,
  type EventDraft,
  passwordRefusal,
  type User,
} from '@argus/core';
import { knownTenants, usersOfTenant } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { Ender } from './end-sessions.ts';
import { newLink } from './new-link.ts';
import { newUser } from './new-user.ts';

export interface AppliedChange {
  readonly kind: 'create' | 'change';
  readonly what: string;
  readonly name: string;
  readonly link?: string;
}

export interface Applied {
  readonly changes: readonly AppliedChange[];
  readonly unchanged: number;
}

/**
 * Bring the installation to what a document declares. The whole document is judged before anything is written;
 * each user is then its own commit, so that a document of ten thousand never locks the house.
 */
export async function applyDocument(
  services: Services,
  by: Ender,
  document: ApplyDocument,
): Promise<Applied | Refused> {
  const errors = mistakesOf(services, document);
  if (errors.length > 0) return { refused: 'invalid_request', errors: errors.slice(0, 20) };
  const changes: AppliedChange[] = [];
  let unchanged = await applyTenants(services, by, { document, changes });
  const known = await knownTenants(services.store.pool, [
    ...new Set(document.users.map((user) => user.tenant)),
  ]);
  const strange = document.users.findIndex((user) => !known.has(user.tenant));
  if (strange >= 0) {
    return {
      refused: 'invalid_request',
      errors: [{ path: `users.${strange}.tenant`, message: 'is not declared and does not exist' }],
    };
  }
  for (const user of document.users) {
    const change = await applyUser(services, by, user);
    if (change) changes.push(change);
    else unchanged += 1;
  }
  return { changes, unchanged };
}

type DeclaredUser = ApplyDocument['users'][number];

function mistakesOf(services: Services, { users }: ApplyDocument): { path: string; message: string }[] {
  const seen = new Set<string>();
  return users.flatMap((user, at) => {
    const email = canonicalEmail(user.email);
    if (!email) return [{ path: `users.${at}.email`, message: 'is not an e-mail address' }];
    const name = `${user.tenant}/${email}`;
    if (seen.has(name)) return [{ path: `users.${at}.email`, message: 'is declared twice' }];
    seen.add(name);
    const refused =
      user.password === undefined ? null : passwordRule(services, user.tenant as TenantId, user.password);
    return refused ? [{ path: `users.${at}.password`, message: refused }] : [];
  });
}

function passwordRule(services: Services, tenant: TenantId, password: string): RefusalCode | null {
  return passwordRefusal(password, services.policy(tenant).authentication.password);
}

async function applyTenants(
  services: Services,
  by: Ender,
  { document, changes }: { document: ApplyDocument; changes: AppliedChange[] },
): Promise<number> {
  let unchanged = 0;
  const at = services.clock.now();
  for (const { id } of document.tenants) {
    const event: EventDraft = {
      type: 'configuration.applied',
      actor: by.actor,
      origin: by.origin,
      details: { tenant: id },
    };
    const written = await services.store.commit({
      tenant: id,
      changes: [{ kind: 'create-tenant', id, at }],
      events: stamp(services, at, [event]),
    });
    if (written.isCommitted) changes.push({ kind: 'create', what: 'tenant', name: id });
    else unchanged += 1;
  }
  return unchanged;
}

async function applyUser(
  services: Services,
  by: Ender,
  declared: DeclaredUser,
): Promise<AppliedChange | null> {
  const tenant = declared.tenant as TenantId; // the schema gave it the form of one
  const email = canonicalEmail(declared.email) ?? '';
  const now = services.clock.now();
  const { items } = await usersOfTenant(services.store.pool, tenant, { email, limit: 1, now });
  const known = items[0]?.user;
  if (!known) return createUser(services, { ...by, tenant }, { ...declared, email });
  const { changes, events } = differences(known, declared, by);
  if (changes.length === 0) return null;
  const written = await services.store.commit({ tenant, changes, events: stamp(services, now, events) });
  return written.isCommitted ? { kind: 'change', what: 'user', name: email } : null;
}

/** What must change for a user to be as declared; a name that is not declared stays. */
function differences(
  known: User,
  declared: DeclaredUser,
  by: Ender,
): { changes: Change[]; events: EventDraft[] } {
  const changes: Change[] = [];
  const events: EventDraft[] = [];
  const about = { actor: by.actor, origin: by.origin, userId: known.id };
  const { roles } = declared;
  if (!sameSet(known.roles, roles)) {
    changes.push({ kind: 'set-user-roles', userId: known.id, roles });
    events.push({ type: 'user.roles-changed', ...about, details: { roles } });
  }
  const name = canonicalName(declared.name);
  if (name !== null && name !== known.name) {
    changes.push({ kind: 'set-user-name', userId: known.id, name });
    events.push({ type: 'user.name-changed', ...about });
  }
  return { changes, events };
}

async function createUser(
  services: Services,
  by: Ender,
  declared: DeclaredUser,
): Promise<AppliedChange | null> {
  const { user, change } = newUser(services, by.tenant, declared);
  const changes: Change[] = [change];
  const at = services.clock.now();
  let link: string | undefined;
  if (declared.password === undefined) {
    const made = newLink(services, 'invitation', user.id);
    changes.push(made.change);
    link = made.url;
  } else {
    const phc = await services.passwords.hash(declared.password, 'known');
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

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.every((item) => b.includes(item)) && b.every((item) => a.includes(item));
}
