import type { ProviderSettings, TenantId } from '@argus/contract';
import { domainOf, type Mistake } from '@argus/core';
import { providerForDomain } from '@argus/store';
import type { Services } from '../services.ts';
import { unprintable } from './mistake.ts';

interface JudgedProvider {
  readonly tenant: TenantId;
  readonly id: string;
  readonly settings: ProviderSettings;
}

/** What speaks against a provider in a tenant; empty when nothing does. */
export async function mistakesOfProvider(
  services: Services,
  judged: JudgedProvider,
): Promise<readonly Mistake[]> {
  const mistakes = mistakesInProvider(services, judged.settings);
  return mistakes.length > 0 ? mistakes : await takenDomains(services, judged, new Set());
}

/** The same as far as it shows in the settings themselves. */
export function mistakesInProvider(
  { outbound }: Pick<Services, 'outbound'>,
  settings: ProviderSettings,
): Mistake[] {
  return [
    ...unprintable(settings),
    ...issuerMistakes(settings, outbound),
    ...scopeMistakes(settings),
    ...domainMistakes(settings),
  ];
}

/** OIDC Discovery §3: an https URL without query and fragment, and a place that Argus may ask. */
function issuerMistakes({ issuer }: ProviderSettings, { mistakeIn }: Services['outbound']): Mistake[] {
  const url = URL.parse(issuer);
  if (!url) return [{ path: 'issuer', message: 'is not a URL' }];
  if (/[?#]/.test(issuer)) return [{ path: 'issuer', message: 'must have neither query nor fragment' }];
  const message = mistakeIn(url);
  return message === null ? [] : [{ path: 'issuer', message }];
}

/** OIDC Core §3.1.2.1: without `openid` there is no ID token to believe. GitHub speaks plain OAuth 2.0. */
function scopeMistakes({ preset, scopes }: ProviderSettings): Mistake[] {
  if (preset === 'github' || scopes.includes('openid')) return [];
  return [{ path: 'scopes', message: 'must hold openid' }];
}

/** Domains are compared with those of canonical addresses, so they must be written like them. */
function domainMistakes({ domains }: ProviderSettings): Mistake[] {
  return domains.flatMap((domain, at) => {
    const path = `domains.${at}`;
    if (domains.indexOf(domain) !== at) return [{ path, message: 'is named twice' }];
    const canonical = domainOf(`someone@${domain}`);
    if (canonical === domain) return [];
    return [
      { path, message: canonical ? `must be written ${canonical}` : 'is not the domain of an address' },
    ];
  });
}

/** One domain leads to one provider, or nobody could say where its people belong. Those in `moving` give theirs up. */
export async function takenDomains(
  { store }: Services,
  { tenant, id, settings }: JudgedProvider,
  moving: ReadonlySet<string>,
): Promise<Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const [at, domain] of settings.domains.entries()) {
    const other = await providerForDomain(store.pool, tenant, domain);
    if (other && other.id !== id && !moving.has(other.id))
      mistakes.push({ path: `domains.${at}`, message: `leads to the provider ${other.id} already` });
  }
  return mistakes;
}
