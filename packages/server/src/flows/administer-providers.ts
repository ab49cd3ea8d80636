import { isDeepStrictEqual } from 'node:util';
import { type ProviderId, type ProviderSettings, providerSettingsSchema } from '@argus/contract';
import type { EventDraft, Provider } from '@argus/core';
import { knownTenants, providerById } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { Ender } from './end-sessions.ts';
import { mistakesOfProvider } from './judge-provider.ts';
import { mistaken } from './mistake.ts';
import { openProviderSecret, sealProviderSecret } from './provider-secret.ts';

export interface DeclaredProvider {
  readonly id: string;
  readonly settings: ProviderSettings;
  /** Absent: the one that is known stays; null takes it away. */
  readonly secret: string | null | undefined;
}

/** Create or replace a provider that people may come from. */
export async function declareProvider(
  services: Services,
  by: Ender,
  declared: DeclaredProvider,
): Promise<Provider | Refused> {
  if (!(await knownTenants(services.store.pool, [by.tenant])).has(by.tenant)) return { refused: 'not_found' };
  const mistakes = await mistakesOfProvider(services, { tenant: by.tenant, ...declared });
  if (mistakes.length > 0) return mistaken(mistakes);
  const written = await writeProvider(services, by, declared);
  return written === null ? { refused: 'conflict' } : written.provider;
}

export interface WrittenProvider {
  readonly provider: Provider;
  /** What is different from before; null when there was nothing before. */
  readonly fields: readonly string[] | null;
}

/** The same for what was judged already. Writes nothing when nothing is different; null: another tenant has the id. */
export async function writeProvider(
  services: Services,
  by: Ender,
  declared: DeclaredProvider,
): Promise<WrittenProvider | null> {
  const { store } = services;
  const id = declared.id as ProviderId; // of the form that the contract gives it
  const known = await providerById(store.pool, by.tenant, id);
  const fields = known ? differences(services, known, declared) : null;
  if (known && fields?.length === 0) return { provider: known, fields };
  const at = Math.max(services.clock.now(), (known?.changedAt ?? 0) + 1);
  const provider: Provider = {
    id,
    tenant: by.tenant,
    settings: declared.settings,
    sealedSecret: sealedSecretOf(services, by, { known, declared }),
    changedAt: at,
  };
  const written = await store.commit({
    tenant: by.tenant,
    changes: [{ kind: 'declare-provider', provider }],
    events: stamp(services, at, [declarationEvent(by, provider, fields)]),
  });
  return written.isCommitted ? { provider, fields } : null;
}

export async function removeProvider(services: Services, by: Ender, id: string): Promise<Refused | null> {
  const { actor, origin } = by;
  const removed: EventDraft = { type: 'provider.removed', actor, origin, details: { providerId: id } };
  const written = await services.store.commit({
    tenant: by.tenant,
    changes: [{ kind: 'remove-provider', providerId: id as ProviderId }], // of the form that the contract gives it
    events: stamp(services, services.clock.now(), [removed]),
  });
  return written.isCommitted ? null : { refused: 'not_found' };
}

function sealedSecretOf(
  services: Services,
  { tenant }: Ender,
  { known, declared }: { readonly known: Provider | null; readonly declared: DeclaredProvider },
): Uint8Array | null {
  if (declared.secret === undefined) return known?.sealedSecret ?? null;
  if (declared.secret === null) return null;
  return sealProviderSecret(services, { tenant, id: declared.id as ProviderId }, declared.secret); // as above
}

function differences(services: Services, known: Provider, { settings, secret }: DeclaredProvider): string[] {
  const names = Object.keys(providerSettingsSchema.shape) as (keyof ProviderSettings)[]; // its own keys
  const fields: string[] = names.filter((name) => !isDeepStrictEqual(known.settings[name], settings[name]));
  const isSame = secret === undefined || secret === openProviderSecret(services, known);
  return isSame ? fields : [...fields, 'clientSecret'];
}

function declarationEvent(
  { actor, origin }: Ender,
  { id, settings }: Provider,
  fields: readonly string[] | null,
): EventDraft {
  const details = { providerId: id, settings, ...(fields ? { fields } : {}) };
  return { type: 'provider.declared', actor, origin, details };
}
