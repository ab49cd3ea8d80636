import { isDeepStrictEqual } from 'node:util';
import type { ResourceId, ResourceSettings } from '@argus/contract';
import { type EventDraft, type Mistake, type Resource, resourceMistakes } from '@argus/core';
import { knownTenants, resourcesOf } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { Ender } from './end-sessions.ts';
import { mistaken, unprintable } from './mistake.ts';

export interface DeclaredResource {
  readonly id: string;
  readonly settings: ResourceSettings;
}

/** Create or replace an API that tokens are issued for. */
export async function declareResource(
  services: Services,
  by: Ender,
  declared: DeclaredResource,
): Promise<Resource | Refused> {
  if (!(await knownTenants(services.store.pool, [by.tenant])).has(by.tenant)) return { refused: 'not_found' };
  const mistakes = mistakesOfResource(services, declared);
  if (mistakes.length > 0) return mistaken(mistakes);
  const written = await writeResource(services, by, declared);
  return written === null ? { refused: 'conflict' } : written.resource;
}

export interface WrittenResource {
  readonly resource: Resource;
  /** What is different from before; null when there was nothing before. */
  readonly fields: readonly string[] | null;
}

/** The same for what was judged already. Writes nothing when nothing is different; null: another tenant has the id. */
export async function writeResource(
  services: Services,
  by: Ender,
  { id, settings }: DeclaredResource,
): Promise<WrittenResource | null> {
  const { store, clock } = services;
  const resource: Resource = { id: id as ResourceId, tenant: by.tenant, settings }; // judged to be a URI
  const [known] = await resourcesOf(store.pool, by.tenant, [id]);
  const fields = known
    ? (['name', 'scopes'] as const).filter((name) => !isDeepStrictEqual(known.settings[name], settings[name]))
    : null;
  if (fields?.length === 0) return { resource, fields };
  const declared = resourceEvent(by, 'resource.declared', { resourceId: id, settings });
  const written = await store.commit({
    tenant: by.tenant,
    changes: [{ kind: 'declare-resource', resource }],
    events: stamp(services, clock.now(), [declared]),
  });
  services.clients.forget();
  return written.isCommitted ? { resource, fields } : null;
}

export async function removeResource(services: Services, by: Ender, id: string): Promise<Refused | null> {
  if (unprintable(id).length > 0) return { refused: 'not_found' };
  const removed = resourceEvent(by, 'resource.removed', { resourceId: id });
  const written = await services.store.commit({
    tenant: by.tenant,
    changes: [{ kind: 'remove-resource', resourceId: id as ResourceId }], // a text that names nothing removes nothing
    events: stamp(services, services.clock.now(), [removed]),
  });
  services.clients.forget();
  return written.isCommitted ? null : { refused: 'not_found' };
}

/** What speaks against a resource; empty when nothing does. */
export function mistakesOfResource(
  { config }: Pick<Services, 'config'>,
  { id, settings }: DeclaredResource,
): Mistake[] {
  // Tokens whose audience is Argus open what is Argus's own.
  const isArgus = id === config.issuer || id === `${config.issuer}/`;
  const reserved = settings.scopes.flatMap((scope, at) =>
    scope.startsWith('argus.') ? [{ path: `scopes.${at}`, message: 'is a scope of Argus itself' }] : [],
  );
  return [
    ...unprintable(settings),
    ...(isArgus ? [{ path: 'id', message: 'is Argus itself' }] : []),
    ...resourceMistakes(id, settings),
    ...reserved,
  ];
}

function resourceEvent(
  { actor, origin }: Ender,
  type: EventDraft['type'],
  details: Readonly<Record<string, unknown>>,
): EventDraft {
  return { type, actor, origin, details };
}
