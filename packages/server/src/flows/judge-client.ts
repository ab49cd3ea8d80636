import type { ClientSettings, TenantId } from '@argus/contract';
import { clientMistakes, type Mistake } from '@argus/core';
import { resourcesOf } from '@argus/store';
import { importClientKeys } from '@argus/tokens';
import type { Services } from '../services.ts';
import { unprintable } from './mistake.ts';

/** What speaks against the settings of a client in a tenant; empty when nothing does. */
export async function mistakesOfClient(
  services: Services,
  { tenant, settings, hasSecret }: JudgedClient,
  alsoResources: ReadonlySet<string> = new Set(),
): Promise<Mistake[]> {
  return [
    ...unprintable(settings),
    ...(settings.name === '' ? [{ path: 'name', message: 'has nothing in it that can be shown' }] : []),
    ...keyed(settings, clientMistakes(settings, { hasSecret })),
    ...(await strangeResources(services, { tenant, settings }, alsoResources)),
  ];
}

export interface JudgedClient {
  readonly tenant: TenantId;
  readonly settings: ClientSettings;
  readonly hasSecret: boolean;
}

/** Keys that could never verify anything are a mistake too, where nothing worse is wrong with them. */
function keyed({ jwks }: ClientSettings, mistakes: readonly Mistake[]): readonly Mistake[] {
  if (!jwks || mistakes.some(({ path }) => path.startsWith('jwks'))) return mistakes;
  const imported = importClientKeys(jwks);
  return imported.ok
    ? mistakes
    : [...mistakes, { path: 'jwks', message: `cannot be used: ${imported.rejection}` }];
}

/** A client of one tenant cannot have tokens for another tenant's APIs, nor for one that nobody declared. */
async function strangeResources(
  { store }: Services,
  { tenant, settings }: Pick<JudgedClient, 'tenant' | 'settings'>,
  also: ReadonlySet<string>,
): Promise<Mistake[]> {
  const asked = settings.resources.filter((id) => !also.has(id));
  if (asked.length === 0) return [];
  const known = new Set<string>((await resourcesOf(store.pool, tenant, asked)).map(({ id }) => id));
  return settings.resources.flatMap((id, at) =>
    also.has(id) || known.has(id) ? [] : [{ path: `resources.${at}`, message: 'is not a declared resource' }],
  );
}
