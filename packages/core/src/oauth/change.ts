import type {
  ClientId,
  ClientSettings,
  ClientStatus,
  GrantId,
  Instant,
  ResourceId,
  SessionId,
  UserId,
} from '@argus/contract';
import type { Client, Resource } from './client.ts';
import type { AuthorizationCode, Consent, DeviceAuthorization, Mark, PushedRequest } from './grant.ts';

/** What may be written about clients and what they are given; part of `Change`. */
export type OAuthChange =
  /** Expects the id to be free in the whole installation. */
  | {
      readonly kind: 'create-client';
      readonly client: Client;
      /** Expects fewer clients of the tenant than this to have registered themselves, too. */
      readonly fewerRegisteredThan?: number;
    }
  /** Expects the client as it was at `expectedChangedAt`. */
  | {
      readonly kind: 'change-client';
      readonly clientId: ClientId;
      readonly settings: ClientSettings;
      readonly expectedChangedAt: Instant;
      readonly at: Instant;
    }
  | {
      readonly kind: 'set-client-secret';
      readonly clientId: ClientId;
      readonly secretHash: Uint8Array | null;
      readonly at: Instant;
    }
  | {
      readonly kind: 'set-client-status';
      readonly clientId: ClientId;
      readonly status: ClientStatus;
      readonly at: Instant;
    }
  /** Expects the client; its codes, consents and requests go with it, its ended grants stay. */
  | {
      readonly kind: 'remove-client';
      readonly clientId: ClientId;
      /** Expects it to have registered itself before this, nobody to have let it in since, and nothing live to be its. */
      readonly ifUnusedSince?: Instant;
    }
  /** Creates or replaces; expects no other tenant to own the id. */
  | { readonly kind: 'declare-resource'; readonly resource: Resource }
  | { readonly kind: 'remove-resource'; readonly resourceId: ResourceId }
  | { readonly kind: 'push-request'; readonly request: PushedRequest }
  /** Expects it to be unused, unexpired and this client's. */
  | {
      readonly kind: 'use-pushed-request';
      readonly uriHash: Uint8Array;
      readonly clientId: ClientId;
      readonly at: Instant;
    }
  /** Expects its session and user to be active. */
  | { readonly kind: 'create-code'; readonly code: AuthorizationCode }
  /** Expects it to be unused, unexpired and this client's. */
  | {
      readonly kind: 'redeem-code';
      readonly codeHash: Uint8Array;
      readonly clientId: ClientId;
      readonly at: Instant;
    }
  /** Creates or replaces. */
  | { readonly kind: 'give-consent'; readonly consent: Consent }
  /** Expects a consent, and keeps it until what is given on its strength is written. */
  | { readonly kind: 'hold-consent'; readonly userId: UserId; readonly clientId: ClientId }
  /** Expects a consent. */
  | { readonly kind: 'withdraw-consent'; readonly userId: UserId; readonly clientId: ClientId }
  | { readonly kind: 'create-device-authorization'; readonly authorization: DeviceAuthorization }
  /** Expects it to be pending and unexpired; `approved` expects the session and user to be active. */
  | {
      readonly kind: 'decide-device-authorization';
      readonly userCodeHash: Uint8Array;
      readonly decision: 'approved' | 'denied';
      readonly userId: UserId;
      readonly sessionId: SessionId;
      readonly at: Instant;
    }
  /** Notes a poll; expects that nobody else polled since `expectedPolledAt`. */
  | {
      readonly kind: 'poll-device-authorization';
      readonly deviceCodeHash: Uint8Array;
      readonly expectedPolledAt: Instant | null;
      readonly intervalSeconds: number;
      readonly at: Instant;
    }
  /** Expects it to be approved, unexpired and this client's; it is consumed by this. */
  | {
      readonly kind: 'use-device-authorization';
      readonly deviceCodeHash: Uint8Array;
      readonly clientId: ClientId;
      readonly at: Instant;
    }
  /** Expects this mark never to have been made. */
  | { readonly kind: 'claim-mark'; readonly mark: Mark }
  /** One access token that ended before its time; expects nothing. */
  | {
      readonly kind: 'end-token';
      readonly jti: string;
      readonly grantId: GrantId;
      /** When it would have ended by itself. */
      readonly expiresAt: Instant;
    }
  /** Expects the delivery to be due as it was taken (`attempts`). */
  | {
      readonly kind: 'settle-logout-delivery';
      readonly id: string;
      readonly attempts: number;
      /** When to try again; null: delivered, or given up. */
      readonly dueAt: Instant | null;
    };
