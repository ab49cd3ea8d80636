import type { ProviderId, TenantId } from '@argus/contract';
import type { Services } from '../services.ts';
import { type ForBrowser, openForBrowser, sealForBrowser } from './sealed-for-browser.ts';

/** Somebody proved who they are at a provider, and has to prove the account here too before the two become one. */
export interface PendingLink extends ForBrowser {
  readonly id: string;
  readonly tenant: TenantId;
  readonly providerId: ProviderId;
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
}

const purpose = 'pending link';

export function sealLink(
  services: Pick<Services, 'secrets' | 'random' | 'clock'>,
  link: Omit<PendingLink, 'id' | 'at'>,
): string {
  const id = services.random.bytes(32).toString('base64url');
  return sealForBrowser(services, purpose, { ...link, id, at: services.clock.now() } as PendingLink);
}

export function openLink(
  services: Pick<Services, 'secrets' | 'clock'>,
  shown: { readonly sealed: string | undefined; readonly attempt: string | undefined },
): PendingLink | null {
  return openForBrowser(services, purpose, shown) as PendingLink | null; // nothing else is sealed for this purpose
}
