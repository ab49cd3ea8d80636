import type { Instant, ServiceId, ServicePermission, ServiceStatus, TenantId } from '@argus/contract';

/** A program that signs what it asks of Argus (RFC 9421): an application's middleware, or a tool of its operators. */
export interface Service {
  readonly id: ServiceId;
  readonly tenant: TenantId;
  readonly status: ServiceStatus;
  readonly name: string | null;
  readonly permissions: readonly ServicePermission[];
  readonly createdAt: Instant;
}

/** One public key of a service. Several may hold at once, so that one can follow the other without a pause. */
export interface ServiceKey {
  readonly serviceId: ServiceId;
  /** Its thumbprint (RFC 7638), which is the `keyid` of signatures. */
  readonly keyId: string;
  /** Ed25519, without private members. */
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly addedAt: Instant;
  /** From then on it proves nothing; null: until it is removed. */
  readonly expiresAt: Instant | null;
}

/** What may be written about services; part of `Change`. */
export type ServiceChange =
  /** Creates one, or gives it another name and other permissions; expects no other tenant to own the id. */
  | { readonly kind: 'declare-service'; readonly service: Service }
  | {
      readonly kind: 'set-service-status';
      readonly serviceId: ServiceId;
      readonly status: ServiceStatus;
    }
  /** Its keys go with it. */
  | { readonly kind: 'remove-service'; readonly serviceId: ServiceId }
  /** Expects the service to have fewer than `mostServiceKeys`, and nobody to have this key. */
  | { readonly kind: 'add-service-key'; readonly key: ServiceKey }
  | { readonly kind: 'remove-service-key'; readonly serviceId: ServiceId; readonly keyId: string };

export const mostServiceKeys = 10;
