import type {
  AuthenticationMethod,
  ClientId,
  DeviceId,
  GrantId,
  Instant,
  SessionId,
  UserId,
} from '@argus/contract';
import type { Policy } from '../policy/policy.ts';
import { assuranceOf } from './assurance.ts';
import { lifetimeAtStart, refreshTokenExpiresAt } from './lifetime.ts';
import type { Grant, Session } from './session.ts';

export interface SessionStart {
  readonly sessionId: SessionId;
  readonly grantId: GrantId;
  readonly grantSecret: Uint8Array;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly clientId: ClientId;
  readonly method: AuthenticationMethod;
  readonly ip: string;
  readonly userAgent: string | null;
}

/** A new session and its first grant, as they are the moment a person has proved who they are. */
export function startSession(
  start: SessionStart,
  policy: Policy,
  now: Instant,
): { session: Session; grant: Grant } {
  const lifetime = lifetimeAtStart(policy.session, now);
  const { ip, userAgent } = start;
  return {
    session: {
      id: start.sessionId,
      userId: start.userId,
      deviceId: start.deviceId,
      state: 'active',
      ...assuranceOf([{ method: start.method, provedAt: now }]),
      createdAt: now,
      ...lifetime,
      ip,
      userAgent,
      endedAt: null,
      endReason: null,
    },
    grant: {
      id: start.grantId,
      sessionId: start.sessionId,
      clientId: start.clientId,
      status: 'active',
      generation: 1,
      secret: start.grantSecret,
      scope: '',
      resources: [],
      jkt: null,
      createdAt: now,
      rotatedAt: now,
      expiresAt: refreshTokenExpiresAt(lifetime),
      rotatedIp: ip,
      rotatedUserAgent: userAgent,
    },
  };
}
