import type {
  ClientId,
  DeviceAuthorizationState,
  GrantId,
  Instant,
  ResourceId,
  SessionId,
  UserId,
} from '@argus/contract';

/** A person's yes to a client. */
export interface Consent {
  readonly userId: UserId;
  readonly clientId: ClientId;
  readonly scope: readonly string[];
  /** The APIs where that holds; what a scope of the same name opens elsewhere is another question. */
  readonly resources: readonly ResourceId[];
  readonly grantedAt: Instant;
  /** Null: until withdrawn. */
  readonly expiresAt: Instant | null;
}

/** An authorization code, kept only as its SHA-256 (RFC 6749 §4.1.2). */
export interface AuthorizationCode {
  readonly codeHash: Uint8Array;
  readonly clientId: ClientId;
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** The grant that its redemption begins; named now, so that a replay finds what to end. */
  readonly grantId: GrantId;
  readonly redirectUri: string;
  readonly scope: readonly string[];
  readonly resources: readonly ResourceId[];
  readonly nonce: string | null;
  readonly codeChallenge: string | null;
  readonly dpopJkt: string | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly consumedAt: Instant | null;
}

/** A pushed authorization request (RFC 9126): its parameters as they were sent, under the hash of its URI. */
export interface PushedRequest {
  readonly uriHash: Uint8Array;
  readonly clientId: ClientId;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** Thumbprint of the DPoP proof it came with (RFC 9449 §10.1). */
  readonly dpopJkt: string | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly consumedAt: Instant | null;
}

/** A device that waits for its person (RFC 8628). */
export interface DeviceAuthorization {
  readonly deviceCodeHash: Uint8Array;
  readonly userCodeHash: Uint8Array;
  readonly clientId: ClientId;
  readonly scope: readonly string[];
  readonly resources: readonly ResourceId[];
  readonly state: DeviceAuthorizationState;
  /** Whoever approved, and the session that the grant will belong to. */
  readonly userId: UserId | null;
  readonly sessionId: SessionId | null;
  readonly grantId: GrantId;
  /** Where the device asked from: shown to the person who decides. */
  readonly ip: string;
  readonly userAgent: string | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly polledAt: Instant | null;
  /** Seconds between two polls; grows by five with each one that came too soon. */
  readonly intervalSeconds: number;
}

/** Something that may be used once: a DPoP proof, a client assertion, a logout token, a challenge. */
export interface Mark {
  readonly use:
    | 'dpop'
    | 'assertion'
    | 'logout-token'
    | 'federation'
    | 'webauthn'
    | 'service-nonce'
    | 'activity';
  /** SHA-256 over who used it and its id. */
  readonly hash: Uint8Array;
  /** When the thing itself becomes invalid, so that the mark can be forgotten. */
  readonly expiresAt: Instant;
}

/** A message that a client must hear: this person's session ended (OIDC Back-Channel Logout). */
export interface LogoutDelivery {
  readonly id: string;
  readonly clientId: ClientId;
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly createdAt: Instant;
  readonly attempts: number;
  readonly dueAt: Instant;
}
