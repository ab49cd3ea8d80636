import type { Instant, TenantChanges, TenantId, TenantSettings, TenantStatus } from '@argus/contract';
import type { EndedBy } from '../change.ts';

/** People and applications that know nothing of those of another tenant. */
export interface Tenant extends TenantSettings {
  readonly id: TenantId;
  readonly status: TenantStatus;
  readonly createdAt: Instant;
  /** Null: it is active. */
  readonly suspendedAt: Instant | null;
  /** When it was seen that nothing of a suspended tenant lives any more; null: not yet. */
  readonly settledAt: Instant | null;
}

/**
 * How long after a suspension something may still be on its way: what was read a second ago, and a token that was being
 * signed. Whatever was issued before is over for every API when this has passed.
 */
export const tenantSettlesAfterMs = 3_000;

/** What may be written about tenants; part of `Change`. The commit's tenant is the one that is meant. */
export type TenantChange =
  /** Expects no tenant of this id, and nobody to have its hosts and domains. */
  | {
      readonly kind: 'create-tenant';
      readonly id: string;
      readonly at: Instant;
      readonly settings?: TenantChanges;
    }
  /** Sets what is given. Expects a tenant that is not being erased, and nobody else to have the hosts and domains. */
  | { readonly kind: 'change-tenant'; readonly settings: TenantChanges }
  /** Expects an active tenant. No session begins once this is committed: sign-ins on their way come first or are lost. */
  | { readonly kind: 'suspend-tenant'; readonly at: Instant }
  /** Ends some of the sessions of a suspended tenant; expects it to be suspended. */
  | {
      readonly kind: 'end-sessions-of-tenant';
      readonly limit: number;
      readonly at: Instant;
      readonly by: EndedBy;
    }
  /** Expects a tenant that was suspended at `suspendedBy` or earlier, and no live session of it. */
  | { readonly kind: 'settle-tenant'; readonly at: Instant; readonly suspendedBy: Instant }
  /** Expects a suspended tenant of which nothing lives. */
  | { readonly kind: 'resume-tenant' }
  /** The same. From here on there is no way back. */
  | { readonly kind: 'begin-erasure' };
