import type { Instant, ProviderId, UserId } from '@argus/contract';
import type { Identity, Provider, UpstreamSession } from './identity.ts';

/** What may be written about other providers and who people are there; part of `Change`. */
export type FederationChange =
  /** Creates or replaces; expects no other tenant to own the id. */
  | { readonly kind: 'declare-provider'; readonly provider: Provider }
  /** Expects the provider; identities that came through it stay linked but can no longer be used. */
  | { readonly kind: 'remove-provider'; readonly providerId: ProviderId }
  /** Expects (issuer, subject) to be nobody's in this tenant. */
  | { readonly kind: 'link-identity'; readonly identity: Identity }
  /** Notes that it was used; expects it to be this user's still. */
  | {
      readonly kind: 'use-identity';
      readonly issuer: string;
      readonly subject: string;
      readonly userId: UserId;
      readonly email: string | null;
      readonly at: Instant;
    }
  /** Expects it to be this user's. */
  | {
      readonly kind: 'unlink-identity';
      readonly issuer: string;
      readonly subject: string;
      readonly userId: UserId;
    }
  | { readonly kind: 'note-upstream-session'; readonly upstream: UpstreamSession };
