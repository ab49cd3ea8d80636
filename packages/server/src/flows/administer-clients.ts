import {
  type ClientAmendment,
  type ClientId,
  type ClientSettings,
  type ClientStatus,
  clientSettingsSchema,
  type Instant,
} from '@argus/contract';
import type { Change, Client, EventDraft } from '@argus/core';
import { clientById, knownTenants } from '@argus/store';
import { isRefused, type Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import {
  changeEvent,
  clientEvent,
  commitForClient,
  creationEvent,
  differingFields,
  guardedChange,
  type PlannedCommit,
} from './commit-client.ts';
import type { Ender } from './end-sessions.ts';
import { mistakesOfClient } from './judge-client.ts';
import { mistaken } from './mistake.ts';
import { type ClientWithSecret, newClient, newSecret, usesSecret, withPlainName } from './new-client.ts';

/** The client of this id, if it is the tenant's; to everybody else it is not there. */
export async function clientOfTenant(
  { store }: Services,
  { tenant }: Pick<Ender, 'tenant'>,
  id: string,
): Promise<Client | Refused> {
  const client = await clientById(store.pool, id as ClientId); // a text that names nothing finds nothing
  return client?.tenant === tenant ? client : { refused: 'not_found' };
}

/** Create a client; without an id it gets a readable one, and a secret if it needs one. */
export async function createClient(
  services: Services,
  by: Ender,
  { id, settings: declared }: { readonly id?: string | undefined; readonly settings: ClientSettings },
): Promise<ClientWithSecret | Refused> {
  const { tenant } = by;
  if (!(await knownTenants(services.store.pool, [tenant])).has(tenant)) return { refused: 'not_found' };
  const settings = withPlainName(declared);
  const hasSecret = usesSecret(settings);
  const mistakes = await mistakesOfClient(services, { tenant, settings, hasSecret });
  if (mistakes.length > 0) return mistaken(mistakes);
  const at = services.clock.now();
  const created = newClient(services, at, { tenant, id, settings, source: 'administrator' });
  const written = await commitForClient(services, by, {
    at,
    changes: [{ kind: 'create-client', client: created.client }],
    events: [creationEvent(by, created.client)],
  });
  return written ? created : { refused: 'conflict' };
}

export interface ClientChange {
  readonly id: string;
  readonly amendment: ClientAmendment;
  readonly status?: ClientStatus | undefined;
  /** The client as the caller saw it; absent: as it stands. */
  readonly expectedChangedAt?: Instant | undefined;
}

/** Change settings, disable, enable. A client that needs a secret from now on gets one; one that does not loses it. */
export async function amendClient(
  services: Services,
  by: Ender,
  { id, amendment, status, expectedChangedAt }: ClientChange,
): Promise<ClientWithSecret | Refused> {
  const known = await clientOfTenant(services, by, id);
  if (isRefused(known)) return known;
  if (expectedChangedAt !== undefined && expectedChangedAt !== known.changedAt)
    return { refused: 'conflict' };
  const settings = withPlainName(amended(known.settings, amendment));
  const fields = differingFields(known.settings, settings);
  if (fields.length > 0) {
    const judged = { tenant: by.tenant, settings, hasSecret: usesSecret(settings) };
    const mistakes = await mistakesOfClient(services, judged);
    if (mistakes.length > 0) return mistaken(mistakes);
  }
  const planned = planAmendment(services, by, { known, settings, fields, status, expectedChangedAt });
  if (planned.changes.length === 0) return { client: known, secret: null };
  if (!(await commitForClient(services, by, planned))) return { refused: 'conflict' };
  const client = await clientOfTenant(services, by, id);
  return isRefused(client) ? client : { client, secret: planned.secret };
}

interface Amending extends Pick<ClientChange, 'status' | 'expectedChangedAt'> {
  readonly known: Client;
  readonly settings: ClientSettings;
  readonly fields: readonly string[];
}

function planAmendment(
  services: Services,
  by: Ender,
  { known, settings, fields, status, expectedChangedAt }: Amending,
): PlannedCommit & { readonly secret: string | null } {
  const at = services.clock.now();
  const changes: Change[] = [];
  const events: EventDraft[] = [];
  if (fields.length > 0 || expectedChangedAt !== undefined) changes.push(guardedChange(known, settings, at));
  if (fields.length > 0) events.push(changeEvent(by, { ...known, settings }, fields));
  const needsSecret = usesSecret(settings);
  const secret = needsSecret && known.secretHash === null ? newSecret(services.random) : null;
  // A secret that proves nothing today must not prove something when the method is changed back.
  if (secret !== null || (!needsSecret && known.secretHash !== null)) {
    const secretHash = secret === null ? null : services.secrets.clientSecretHash(secret);
    changes.push({ kind: 'set-client-secret', clientId: known.id, secretHash, at });
    events.push(clientEvent(by, 'client.secret-changed', known.id));
  }
  if (status !== undefined && status !== known.status) {
    changes.push({ kind: 'set-client-status', clientId: known.id, status, at });
    // After the client itself is held: a grant that was just being given is seen, and ends too.
    if (status === 'disabled') changes.push(endOfGrants(known, 'client-disabled', at));
    const type = status === 'active' ? 'client.enabled' : 'client.disabled';
    events.push(clientEvent(by, type, known.id));
  }
  return { at, changes, events, secret };
}

/** Remove a client and what people agreed to; everything that it holds of them ends in the same commit. */
export async function removeClient(services: Services, by: Ender, id: string): Promise<Refused | null> {
  const known = await clientOfTenant(services, by, id);
  if (isRefused(known)) return known;
  const at = services.clock.now();
  const isWritten = await commitForClient(services, by, {
    at,
    changes: [{ kind: 'remove-client', clientId: known.id }, endOfGrants(known, 'client-removed', at)],
    events: [clientEvent(by, 'client.removed', known.id)],
  });
  return isWritten ? null : { refused: 'not_found' };
}

/** A new secret; the old one stops with this commit. What the client holds already stays. */
export async function changeClientSecret(
  services: Services,
  by: Ender,
  id: string,
): Promise<ClientWithSecret | Refused> {
  const known = await clientOfTenant(services, by, id);
  if (isRefused(known)) return known;
  if (!usesSecret(known.settings))
    return mistaken([{ path: 'id', message: 'names a client that does not use a secret' }], 'path');
  const secret = newSecret(services.random);
  const at = services.clock.now();
  const secretHash = services.secrets.clientSecretHash(secret);
  const isWritten = await commitForClient(services, by, {
    at,
    // Guarded, so that no secret is given to a client that was just changed to need none.
    changes: [
      guardedChange(known, known.settings, at),
      { kind: 'set-client-secret', clientId: known.id, secretHash, at },
    ],
    events: [clientEvent(by, 'client.secret-changed', known.id)],
  });
  if (!isWritten) return { refused: 'conflict' };
  const client = await clientOfTenant(services, by, id);
  return isRefused(client) ? client : { client, secret };
}

function endOfGrants(
  { id: clientId }: Client,
  reason: 'client-disabled' | 'client-removed',
  at: Instant,
): Change {
  return { kind: 'end-grants-of-client', clientId, reason, at };
}

/** Null takes away what may be absent. */
function amended(settings: ClientSettings, amendment: ClientAmendment): ClientSettings {
  const merged = Object.entries({ ...settings, ...amendment });
  const absent = merged.filter(([name, value]) => !(value === null && mayBeAbsent.has(name)));
  return clientSettingsSchema.parse(Object.fromEntries(absent));
}

const mayBeAbsent: ReadonlySet<string> = new Set(['authMethod', 'jwks', 'jwksUri', 'backchannelLogoutUri']);
