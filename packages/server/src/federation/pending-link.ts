import type { Instant, ProviderId, TenantId } from '@argus/contract';
import type { Services } from '../services.ts';

/** Somebody proved who they are at a provider, and has to prove the account here as well before the two are one. */
export interface PendingLink {
  readonly id: string;
  readonly tenant: TenantId;
  readonly providerId: ProviderId;
  /** The attempt cookie of the browser that came back from the provider. */
  readonly attempt: string;
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  readonly at: Instant;
}

const purpose = 'pending link';
const lifeMs = 10 * 60_000;
const longest = 6_000;

export function sealLink(
  { secrets, random, clock }: Pick<Services, 'secrets' | 'random' | 'clock'>,
  link: Omit<PendingLink, 'id' | 'at'>,
): string {
  const pending: PendingLink = { ...link, id: random.bytes(32).toString('base64url'), at: clock.now() };
  return secrets.seal(purpose, JSON.stringify(pending));
}

/** What was sealed, in the same browser within ten minutes; null for everything else. */
export function openLink(
  { secrets, clock }: Pick<Services, 'secrets' | 'clock'>,
  { sealed, attempt }: { readonly sealed: string | undefined; readonly attempt: string | undefined },
): PendingLink | null {
  if (sealed === undefined || sealed.length > longest || attempt === undefined) return null;
  const text = secrets.unseal(purpose, sealed);
  if (text === null) return null;
  const pending: PendingLink = JSON.parse(text); // nobody but us can have written it
  return pending.attempt === attempt && clock.now() - pending.at <= lifeMs ? pending : null;
}
