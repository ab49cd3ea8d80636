import { timingSafeEqual } from 'node:crypto';
import type { EndReason, Instant } from '@argus/contract';
import type { EventDraft, Origin } from '../audit/event.ts';
import type { Change, Rotation } from '../change.ts';
import type { Device } from '../device/device.ts';
import { isSameNetwork } from '../device/network.ts';
import { isSameBrowser } from '../device/user-agent.ts';
import type { Policy } from '../policy/policy.ts';
import type { User } from '../user/user.ts';
import { activityOf, refreshTokenExpiresAt, withActivity } from './lifetime.ts';
import type { Grant, Session } from './session.ts';
import { sessionValidity } from './validity.ts';

/** Everything one question to the store answers about a grant. */
export interface RefreshFacts {
  readonly grant: Grant;
  readonly session: Session;
  readonly user: User;
  readonly device: Device;
  readonly policyVersion: number;
}

/** What the caller shows: a refresh token whose signature held, and where it came from. */
export interface RefreshProof {
  readonly generation: number;
  /** Whether the token's id is the one this grant gives to that generation. */
  readonly isIdGenuine: boolean;
  readonly isExpired: boolean;
  /** SHA-256 of the device cookie's secret; null without one. */
  readonly deviceSecretHash: Uint8Array | null;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly idleSeconds?: number | undefined;
}

export type RefreshDecision =
  | { readonly kind: 'rotate'; readonly rotation: Omit<Rotation, 'tenant' | 'eventId'> }
  /** The answer to the last rotation was lost: the same successor is given again. */
  | { readonly kind: 'repeat'; readonly events: readonly EventDraft[] }
  | { readonly kind: 'refuse'; readonly changes: readonly Change[]; readonly events: readonly EventDraft[] };

/** What is judged by, and when. */
export interface RefreshTerms {
  readonly policy: Policy;
  readonly now: Instant;
}

/**
 * What becomes of a refresh token: rotate, give the same successor again, or refuse.
 * Pure; context is judged here, before anything is written.
 */
export function decideRefresh(
  facts: RefreshFacts,
  proof: RefreshProof,
  terms: RefreshTerms,
): RefreshDecision {
  const { grant, session, user } = facts;
  const { now } = terms;
  // A token that never came from this grant proves nothing about it, so nothing of it may end.
  if (!proof.isIdGenuine || proof.generation > grant.generation) return refuse(facts, proof, 'forged');
  const validity = sessionValidity(session, user.status, now);
  if (!validity.isValid) return refuse(facts, proof, validity.reason);
  if (grant.status !== 'active') return refuse(facts, proof, 'grant-ended');
  // Nothing of a grant is live once its newest token has expired: neither a successor nor a thief has anything left.
  if (now >= grant.expiresAt) return refuse(facts, proof, 'expired');
  if (proof.generation < grant.generation) {
    return isLostReply(facts, proof, terms) ? repeat(facts, proof) : reuse(facts, proof, now);
  }
  if (proof.isExpired) return refuse(facts, proof, 'expired');
  if (!isSameDevice(facts, proof)) return deviceChanged(facts, proof, now);
  return { kind: 'rotate', rotation: rotationOf(facts, proof, terms) };
}

/**
 * RFC 9700 §4.14.2 lets a server tolerate a retry. We do so only for the newest predecessor, within the window,
 * and for who shows the same device secret from the same network with the same browser.
 */
function isLostReply(
  { grant, session, device }: RefreshFacts,
  proof: RefreshProof,
  { policy, now }: RefreshTerms,
): boolean {
  const windowMs = policy.tokens.refresh.retryWindowSeconds * 1000;
  return (
    windowMs > 0 &&
    proof.generation === grant.generation - 1 &&
    now - grant.rotatedAt <= windowMs &&
    now < session.idleExpiresAt &&
    holdsSecret(device, proof) &&
    isSameNetwork(grant.rotatedIp, proof.ip) &&
    isSameBrowser(grant.rotatedUserAgent, proof.userAgent)
  );
}

function isSameDevice({ grant, device }: RefreshFacts, proof: RefreshProof): boolean {
  return holdsSecret(device, proof) && isSameBrowser(grant.rotatedUserAgent, proof.userAgent);
}

function holdsSecret(device: Device, { deviceSecretHash }: RefreshProof): boolean {
  return (
    deviceSecretHash !== null &&
    deviceSecretHash.length === device.secretHash.length &&
    timingSafeEqual(deviceSecretHash, device.secretHash)
  );
}

function rotationOf(
  facts: RefreshFacts,
  proof: RefreshProof,
  { policy, now }: RefreshTerms,
): Omit<Rotation, 'tenant' | 'eventId'> {
  const { grant, session, user, device, policyVersion } = facts;
  const activeAt = activityOf(proof.idleSeconds, grant.rotatedAt, now);
  const lifetime = activeAt === null ? session : withActivity(session, policy.session, activeAt);
  return {
    grantId: grant.id,
    sessionId: session.id,
    userId: user.id,
    deviceId: device.id,
    fromGeneration: grant.generation,
    policyVersion,
    at: now,
    expiresAt: refreshTokenExpiresAt(lifetime),
    lastActiveAt: lifetime.lastActiveAt,
    idleExpiresAt: lifetime.idleExpiresAt,
    ip: proof.ip,
    userAgent: proof.userAgent,
  };
}

function repeat(facts: RefreshFacts, proof: RefreshProof): RefreshDecision {
  return {
    kind: 'repeat',
    events: [
      draft(facts, proof, { type: 'session.refresh-repeated', details: { generation: proof.generation } }),
    ],
  };
}

function refuse(
  facts: RefreshFacts,
  proof: RefreshProof,
  reason: EndReason | 'forged' | 'expired' | 'grant-ended',
): RefreshDecision {
  const { session } = facts;
  const isOver = session.state === 'active' && (reason === 'idle-expired' || reason === 'absolute-expired');
  return {
    kind: 'refuse',
    changes: [],
    events: [
      draft(facts, proof, {
        type: 'session.refresh-refused',
        reason,
        details: {
          generation: proof.generation,
          ...(isOver ? { endsAt: new Date(session.idleExpiresAt).toISOString() } : {}),
        },
      }),
    ],
  };
}

/** RFC 9700 §4.14.2: either holder may be the thief, so the whole family ends, and the session with it. */
function reuse(facts: RefreshFacts, proof: RefreshProof, now: Instant): RefreshDecision {
  const { grant } = facts;
  const rotatedBy: Origin = { ip: grant.rotatedIp, userAgent: grant.rotatedUserAgent };
  const details = {
    rotatedBy: { ...rotatedBy, at: new Date(grant.rotatedAt).toISOString(), generation: grant.generation },
    replayedBy: {
      ip: proof.ip,
      userAgent: proof.userAgent,
      generation: proof.generation,
      holdsDeviceSecret: holdsSecret(facts.device, proof),
    },
  };
  return endWith(facts, proof, { reason: 'refresh-reuse', type: 'session.reuse-detected', details, now });
}

/** A refresh token without its device's secret, or from another browser, has left its device. */
function deviceChanged(facts: RefreshFacts, proof: RefreshProof, now: Instant): RefreshDecision {
  const details = {
    expected: { ip: facts.grant.rotatedIp, userAgent: facts.grant.rotatedUserAgent },
    holdsDeviceSecret: holdsSecret(facts.device, proof),
  };
  return endWith(facts, proof, { reason: 'device-changed', type: 'session.refresh-refused', details, now });
}

interface Ending {
  readonly reason: EndReason;
  readonly type: 'session.reuse-detected' | 'session.refresh-refused';
  readonly details: Record<string, unknown>;
  readonly now: Instant;
}

function endWith(facts: RefreshFacts, proof: RefreshProof, ending: Ending): RefreshDecision {
  const { reason, type, details, now } = ending;
  const by = { actor: 'anyone', origin: { ip: proof.ip, userAgent: proof.userAgent } };
  return {
    kind: 'refuse',
    changes: [
      { kind: 'end-session', sessionId: facts.session.id, reason, at: now, by, orAlreadyEnded: true },
    ],
    events: [draft(facts, proof, { type, reason, details })],
  };
}

function draft(
  facts: RefreshFacts,
  proof: RefreshProof,
  event: Pick<EventDraft, 'type' | 'reason' | 'details'>,
): EventDraft {
  return {
    actor: 'anyone',
    userId: facts.user.id,
    sessionId: facts.session.id,
    grantId: facts.grant.id,
    deviceId: facts.device.id,
    origin: { ip: proof.ip, userAgent: proof.userAgent },
    ...event,
  };
}
