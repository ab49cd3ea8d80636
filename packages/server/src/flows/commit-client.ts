import { isDeepStrictEqual } from 'node:util';
import { type ClientId, type ClientSettings, clientSettingsSchema, type Instant } from '@argus/contract';
import type { Change, Client, EventDraft } from '@argus/core';
import { type Services, stamp } from '../services.ts';
import type { Ender } from './end-sessions.ts';

export interface PlannedCommit {
  readonly at: Instant;
  readonly changes: readonly Change[];
  readonly events: readonly EventDraft[];
}

/** The names of the settings in which two clients differ. */
export function differingFields(before: ClientSettings, after: ClientSettings): string[] {
  const names = Object.keys(clientSettingsSchema.shape) as (keyof ClientSettings)[]; // its own keys
  return names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** The change of a client, expecting it to be as it was read. */
export function guardedChange(known: Client, settings: ClientSettings, at: Instant): Change {
  const { id: clientId, changedAt: expectedChangedAt } = known;
  return { kind: 'change-client', clientId, settings, expectedChangedAt, at };
}

export function creationEvent(by: Ender, { id, settings, source }: Client): EventDraft {
  return { ...clientEvent(by, 'client.created', id, { settings }), reason: source };
}

/** What is different from now on. */
export function changeEvent(by: Ender, { id, settings }: Client, fields: readonly string[]): EventDraft {
  const to = Object.fromEntries(Object.entries(settings).filter(([name]) => fields.includes(name)));
  return clientEvent(by, 'client.changed', id, { fields, to });
}

export function clientEvent(
  { actor, origin }: Pick<Ender, 'actor' | 'origin'>,
  type: EventDraft['type'],
  clientId: ClientId,
  more: Readonly<Record<string, unknown>> = {},
): EventDraft {
  return { type, actor, origin, details: { clientId, ...more } };
}

/** Commit for a tenant, and have this process look afresh at its clients. */
export async function commitForClient(
  services: Services,
  { tenant }: Pick<Ender, 'tenant'>,
  { at, changes, events }: PlannedCommit,
): Promise<boolean> {
  const written = await services.store.commit({ tenant, changes, events: stamp(services, at, events) });
  services.clients.forget();
  return written.isCommitted;
}
