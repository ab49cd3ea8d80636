import type { Instant, ProviderId, ProviderSettings, SessionId, TenantId, UserId } from '@argus/contract';

/** An upstream identity provider. Its client secret is sealed; see the server's secrets. */
export interface Provider {
  readonly id: ProviderId;
  readonly tenant: TenantId;
  readonly settings: ProviderSettings;
  readonly sealedSecret: Uint8Array | null;
  readonly changedAt: Instant;
}

/** Who somebody is at a provider: (issuer, subject) and nothing else names them (OIDC Core §5.7). */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly providerId: ProviderId;
  readonly userId: UserId;
  /** As the provider told it last; never used to find an account. */
  readonly email: string | null;
  readonly linkedAt: Instant;
  readonly lastUsedAt: Instant;
}

/** Which session upstream a session of ours came from, so that its end there ends it here. */
export interface UpstreamSession {
  readonly sessionId: SessionId;
  readonly providerId: ProviderId;
  readonly issuer: string;
  readonly subject: string;
  /** The `sid` of the upstream ID token; null when it names none. */
  readonly sid: string | null;
}
