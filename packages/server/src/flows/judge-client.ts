import type { ClientSettings, TenantId } from '@argus/contract';
import { clientMistakes, type Mistake } from '@argus/core';
import { resourcesOf } from '@argus/store';
import { importClientKeys } from '@argus/tokens';
import type { Services } from '../services.ts';
import { unprintable } from './mistake.ts';

/** What speaks against the settings of a client in a tenant; empty when nothing does. */
export async function mistakesOfClient(
  services: Services,
  judged: JudgedClient,
): Promise<readonly Mistake[]> {
  const mistakes = mistakesInClient(services, judged);
  return mistakes.length > 0 ? mistakes : await strangeResources(services, judged, new Set());
}

export interface JudgedClient {
  readonly tenant: TenantId;
  readonly settings: ClientSettings;
  readonly hasSecret: boolean;
}

/** The same as far as it shows in the settings themselves. */
export function mistakesInClient(
  { outbound }: Pick<Services, 'outbound'>,
  { settings, hasSecret }: Omit<JudgedClient, 'tenant'>,
): readonly Mistake[] {
  return [
    ...unprintable(settings),
    ...(settings.name === '' ? [{ path: 'name', message: 'has nothing in it that can be shown' }] : []),
    ...keyed(settings, clientMistakes(settings, { hasSecret, mistakeInCall: outbound.mistakeIn })),
  ];
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
export async function strangeResources(
  { store }: Services,
  { tenant, settings }: Omit<JudgedClient, 'hasSecret'>,
  also: ReadonlySet<string>,
): Promise<Mistake[]> {
  const asked = settings.resources.filter((id) => !also.has(id));
  if (asked.length === 0) return [];
  const known = new Set<string>((await resourcesOf(store.pool, tenant, asked)).map(({ id }) => id));
  return settings.resources.flatMap((id, at) =>
    also.has(id) || known.has(id) ? [] : [{ path: `resources.${at}`, message: 'is not a declared resource' }],
  );
}
