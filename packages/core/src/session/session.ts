import type {
  AssuranceLevel,
  AuthenticationMethod,
  ClientId,
  DeviceClass,
  DeviceId,
  EndReason,
  GrantId,
  Instant,
  ResourceId,
  RiskLevel,
  SessionId,
  SessionState,
  UserId,
} from '@argus/contract';

/** One signed-in relation of a user and a device. */
export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly state: SessionState;
  readonly amr: readonly AuthenticationMethod[];
  readonly acr: AssuranceLevel;
  readonly authenticatedAt: Instant;
  readonly createdAt: Instant;
  readonly lastActiveAt: Instant;
  readonly idleExpiresAt: Instant;
  readonly absoluteExpiresAt: Instant;
  readonly ip: string;
  readonly userAgent: string | null;
  /** What the browser said it runs on when the session began. */
  readonly deviceClass: DeviceClass;
  readonly riskLevel: RiskLevel;
  /** The person asked to stay signed in: the second pair of limits holds. */
  readonly isRemembered: boolean;
  readonly endedAt: Instant | null;
  readonly endReason: EndReason | null;
}

/** What one client holds under a session: a whole family of refresh tokens in one row. */
export interface Grant {
  readonly id: GrantId;
  readonly sessionId: SessionId;
  readonly clientId: ClientId;
  readonly status: SessionState;
  /** Counts rotations from 1; only the token of this generation rotates. */
  readonly generation: number;
  /** 32 random bytes under which token ids are derived. */
  readonly secret: Uint8Array;
  /** Space-separated (RFC 6749 §3.3); empty for Argus's own grant. */
  readonly scope: string;
  /** Resources that its access tokens may be for (RFC 8707); empty for Argus's own grant. */
  readonly resources: readonly ResourceId[];
  /** Thumbprint of the key its refresh tokens are bound to (RFC 9449 §5): that of a public client that showed one. */
  readonly jkt: string | null;
  readonly createdAt: Instant;
  readonly rotatedAt: Instant;
  /** End of the newest refresh token. */
  readonly expiresAt: Instant;
  /** Who rotated last. */
  readonly rotatedIp: string;
  readonly rotatedUserAgent: string | null;
}
