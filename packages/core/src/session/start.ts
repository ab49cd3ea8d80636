import type { ClientId, DeviceId, GrantId, Instant, ResourceId, SessionId, UserId } from '@argus/contract';
import { readUserAgent } from '../device/user-agent.ts';
import type { Policy } from '../policy/policy.ts';
import { type Assurance, assuranceOf, type Proofs } from './assurance.ts';
import { type Lifetime, lifetimeAtStart, limitsOf, refreshTokenExpiresAt } from './lifetime.ts';
import type { Grant, Session } from './session.ts';

export interface SessionStart {
  readonly sessionId: SessionId;
  readonly grantId: GrantId;
  readonly grantSecret: Uint8Array;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly clientId: ClientId;
  readonly proofs: Proofs | Assurance;
  /** The person asked for it. */
  readonly staySignedIn?: boolean | undefined;
  readonly ip: string;
  readonly userAgent: string | null;
}

/** A new session and its first grant, as they are the moment a person has proved who they are. */
export function startSession(
  start: SessionStart,
  policy: Policy,
  now: Instant,
): { session: Session; grant: Grant } {
  // Policy has the last word: it may have been changed since the person asked.
  const isRemembered = (start.staySignedIn ?? false) && policy.session.rememberMe.isAllowed;
  const lifetime = lifetimeAtStart(limitsOf(policy.session, { isRemembered }), now);
  const { sessionId, clientId, ip, userAgent } = start;
  const grant = { id: start.grantId, secret: start.grantSecret, sessionId, clientId, ip, userAgent };
  return {
    session: {
      id: sessionId,
      userId: start.userId,
      deviceId: start.deviceId,
      state: 'active',
      ...('amr' in start.proofs ? start.proofs : assuranceOf(start.proofs)),
      createdAt: now,
      ...lifetime,
      ip,
      userAgent,
      deviceClass: readUserAgent(userAgent).type,
      riskLevel: 'low',
      isRemembered,
      endedAt: null,
      endReason: null,
    },
    grant: startGrant(grant, lifetime, now),
  };
}

export interface GrantStart {
  readonly id: GrantId;
  /** 32 random bytes. */
  readonly secret: Uint8Array;
  readonly sessionId: SessionId;
  readonly clientId: ClientId;
  /** What a client of OAuth is given; Argus's own pages need none of it. */
  readonly scope?: readonly string[];
  readonly resources?: readonly ResourceId[];
  readonly jkt?: string | null;
  readonly ip: string;
  readonly userAgent: string | null;
}

/** A grant at its first generation, under a session that lives this long. */
export function startGrant(start: GrantStart, session: Lifetime, now: Instant): Grant {
  return {
    id: start.id,
    sessionId: start.sessionId,
    clientId: start.clientId,
    status: 'active',
    generation: 1,
    secret: start.secret,
    scope: (start.scope ?? []).join(' '),
    resources: start.resources ?? [],
    jkt: start.jkt ?? null,
    createdAt: now,
    rotatedAt: now,
    expiresAt: refreshTokenExpiresAt(session),
    rotatedIp: start.ip,
    rotatedUserAgent: start.userAgent,
  };
}
