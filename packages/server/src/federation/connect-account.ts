import type { TenantId } from '@argus/contract';
import { providerById } from '@argus/store';
import { type SignedIn, signIn } from '../flows/sign-in.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import { markOf } from './journey.ts';
import { linkIdentity } from './link-through.ts';
import { openLink, type PendingLink } from './pending-link.ts';

export interface AccountProof {
  /** What the provider proved, sealed. */
  readonly link: string | undefined;
  readonly identifier: string;
  readonly password: string;
  readonly cookies: Cookies;
  readonly origin: CallOrigin;
}

export interface Connected {
  readonly outcome: SignedIn;
  /** False when the identity became somebody else's meanwhile; the person is signed in all the same. */
  readonly isLinked: boolean;
}

/** What waits to be connected, in this browser; null when there is nothing, or it is over. */
export async function pendingLinkOf(
  services: Services,
  { link, cookies }: Pick<AccountProof, 'link' | 'cookies'>,
): Promise<{ readonly pending: PendingLink; readonly providerName: string } | null> {
  const pending = openLink(services, { sealed: link, attempt: cookies.attempt });
  if (!pending) return null;
  const provider = await providerById(services.store.pool, pending.tenant, pending.providerId);
  return provider ? { pending, providerName: provider.settings.name } : null;
}

/** Both sides proved in one browser: the provider a moment ago, and the account now. */
export async function connectAccount(
  services: Services,
  pending: PendingLink,
  { identifier, password, cookies, origin }: AccountProof,
): Promise<Connected | Refused> {
  const { issuer, subject, providerId, email } = pending;
  const tenant: TenantId = pending.tenant;
  const outcome = await signIn(services, { tenant, identifier, password, cookies, origin });
  if (isRefused(outcome)) return outcome;
  const linker = { tenant, current: outcome.current, origin, mark: markOf(pending) };
  const isLinked = await linkIdentity(services, linker, { issuer, subject, providerId, email });
  return { outcome, isLinked };
}
