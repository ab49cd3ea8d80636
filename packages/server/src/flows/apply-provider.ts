import type { ApplyDocument, TenantId } from '@argus/contract';
import type { Services } from '../services.ts';
import { writeProvider } from './administer-providers.ts';
import { writeResource } from './administer-resources.ts';
import type { ApplyOutcome } from './apply-outcome.ts';
import type { Ender } from './end-sessions.ts';

/** Create or change a provider; one that is declared without a secret keeps the one it has. */
export async function applyProvider(
  services: Services,
  by: Ender,
  declared: ApplyDocument['providers'][number],
): Promise<ApplyOutcome> {
  const { tenant, id, clientSecret: secret, ...settings } = declared;
  const own = { ...by, tenant: tenant as TenantId }; // the schema gave it the form of one
  const written = await writeProvider(services, own, { id, settings, secret });
  return outcomeOf({ what: 'provider', name: id }, written);
}

/** Create or change a resource. */
export async function applyResource(
  services: Services,
  by: Ender,
  declared: ApplyDocument['resources'][number],
): Promise<ApplyOutcome> {
  const { tenant, id, ...settings } = declared;
  const own = { ...by, tenant: tenant as TenantId }; // the schema gave it the form of one
  return outcomeOf({ what: 'resource', name: id }, await writeResource(services, own, { id, settings }));
}

function outcomeOf(
  named: { readonly what: 'provider' | 'resource'; readonly name: string },
  written: { readonly fields: readonly string[] | null } | null,
): ApplyOutcome {
  if (written === null) return 'lost';
  if (written.fields === null) return { kind: 'create', ...named };
  return written.fields.length === 0 ? null : { kind: 'change', ...named, fields: [...written.fields] };
}
