import type { ProviderSettings } from '@argus/contract';
import { canonicalEmail } from '../user/email.ts';
import type { User } from '../user/user.ts';

/** Somebody whom a provider vouches for. */
export interface UpstreamPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  /** Whether the provider says that it saw mail arrive there. */
  readonly isEmailConfirmed: boolean;
  readonly name: string | null;
}

export interface FederationFacts {
  /** Whose identity it is; null when nobody's. */
  readonly known: User | null;
  /** Who has the confirmed address here; null when nobody has, or none is confirmed. */
  readonly namesake: User | null;
}

/** Why nobody was let in: for the audit log. */
export type FederationRefusal = 'user-disabled' | 'email-not-confirmed' | 'new-users-refused';

export type FederationDecision =
  | { readonly kind: 'admit'; readonly user: User }
  | { readonly kind: 'create'; readonly email: string }
  /** The account must be proved as well before the two become one. */
  | { readonly kind: 'prove-account'; readonly user: User }
  | { readonly kind: 'refuse'; readonly reason: FederationRefusal };

/**
 * The address that an account may be looked up or made by: confirmed, at a provider that is believed in this. Any
 * other one is as good as none, or whoever writes somebody's address into a profile elsewhere would learn here
 * whether it has an account.
 */
export function confirmedEmail(
  { email, isEmailConfirmed }: UpstreamPerson,
  { trustsEmail }: Pick<ProviderSettings, 'trustsEmail'>,
): string | null {
  return trustsEmail && isEmailConfirmed && email !== null ? canonicalEmail(email) : null;
}

/**
 * Judge a sign-in through a provider. (issuer, subject) alone finds an account (OIDC Core §5.7); an address never
 * does, because who owns it there may change or be another person.
 */
export function decideFederatedSignIn(
  { known, namesake }: FederationFacts,
  person: UpstreamPerson,
  settings: Pick<ProviderSettings, 'trustsEmail' | 'newUsers'>,
): FederationDecision {
  if (known) return known.status === 'active' ? { kind: 'admit', user: known } : refuse('user-disabled');
  const email = confirmedEmail(person, settings);
  if (email === null) return refuse('email-not-confirmed');
  if (namesake) {
    return namesake.status === 'active' ? { kind: 'prove-account', user: namesake } : refuse('user-disabled');
  }
  return settings.newUsers === 'create' ? { kind: 'create', email } : refuse('new-users-refused');
}

function refuse(reason: FederationRefusal): FederationDecision {
  return { kind: 'refuse', reason };
}
