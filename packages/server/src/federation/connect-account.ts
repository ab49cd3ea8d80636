import { providerById } from '@argus/store';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import { signInByPassword } from '../sign-in/by-password.ts';
import type { SignInOutcome } from '../sign-in/outcome.ts';
import { isServedHere } from '../tenant/address.ts';
import { openLink, type PendingLink } from './pending-link.ts';

export interface AccountProof {
  /** What the provider proved, sealed. */
  readonly link: string | undefined;
  readonly identifier: string;
  readonly password: string;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

/** What waits to be connected, in this browser; null when there is nothing, or it is over. */
export async function pendingLinkOf(
  services: Services,
  { link, cookies }: Pick<AccountProof, 'link' | 'cookies'>,
): Promise<{ readonly pending: PendingLink; readonly providerName: string } | null> {
  const pending = openLink(services, { sealed: link, attempt: cookies.attempt });
  if (!pending || !(await isServedHere(services, pending.tenant))) return null;
  const provider = await providerById(services.store.pool, pending.tenant, pending.providerId);
  return provider ? { pending, providerName: provider.settings.name } : null;
}

/** Both sides proved in one browser: the provider a moment ago, and the account now. */
export async function connectAccount(
  services: Services,
  { issuer, subject, providerId, email, id, at, tenant }: PendingLink,
  { identifier, password, cookies, origin }: AccountProof,
): Promise<SignInOutcome> {
  const details = { link: { issuer, subject, providerId, email, id, at } };
  return signInByPassword(services, { tenant, identifier, password, cookies, origin, details });
}
