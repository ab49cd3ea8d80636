import type { EndReason, Instant } from '@argus/contract';
import type { EventDraft, Origin } from '../audit/event.ts';
import type { Change, Rotation } from '../change.ts';
import type { Device } from '../device/device.ts';
import type { Policy } from '../policy/policy.ts';
import type { User } from '../user/user.ts';
import { activityOf, lifetimeUnder, limitsOf, refreshTokenExpiresAt, withActivity } from './lifetime.ts';
import {
  contextDetails,
  type Holder,
  holdsSecret,
  isSameDevice,
  retryWindowSeconds,
  type Shown,
  type Stranger,
  strangerOf,
} from './refresh-context.ts';
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
  readonly shown: Shown;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly idleSeconds?: number | undefined;
}

type Renewal = Omit<Rotation, 'tenant' | 'eventId'>;

export type RefreshDecision =
  | { readonly kind: 'rotate'; readonly rotation: Renewal }
  /** The same refresh token goes on (FAPI 2.0 §5.3.2.1: no routine rotation). */
  | { readonly kind: 'renew'; readonly renewal: Renewal; readonly events: readonly EventDraft[] }
  /** The answer to the last rotation was lost: the same successor is given again. */
  | { readonly kind: 'repeat'; readonly events: readonly EventDraft[] }
  | { readonly kind: 'refuse'; readonly changes: readonly Change[]; readonly events: readonly EventDraft[] };

/** What is judged by, and when. */
export interface RefreshTerms {
  readonly policy: Policy;
  /** The client that shows the token; null for Argus's own pages. */
  readonly client: Holder;
  readonly now: Instant;
}

/**
 * What becomes of a refresh token: rotate, renew, give the same successor again, or refuse.
 * Pure; context is judged here, before anything is written.
 */
export function decideRefresh(
  facts: RefreshFacts,
  proof: RefreshProof,
  terms: RefreshTerms,
): RefreshDecision {
  const { grant, user } = facts;
  const { now, client } = terms;
  const session = underPolicy(facts, terms);
  const refused = (reason: RefusalReason) => refuse(facts, proof, { reason, client });
  // A token that never came from this grant proves nothing about it, so nothing of it may end.
  if (!proof.isIdGenuine || proof.generation > grant.generation) return refused('forged');
  const stranger = strangerOf(facts, proof.shown, client);
  if (stranger) return refused(stranger);
  const validity = sessionValidity(session, user.status, now);
  if (!validity.isValid) return refused(validity.reason);
  if (grant.status !== 'active')
    return refused(isJustReplaced(facts, proof, terms) ? 'grant-replaced' : 'grant-ended');
  // Nothing of a grant is live once its newest token has expired: neither a successor nor a thief has anything left.
  if (now >= grant.expiresAt) return refused('expired');
  if (proof.generation < grant.generation) {
    return isLostReply(facts, proof, terms) ? repeat(facts, proof, terms) : reuse(facts, proof, terms);
  }
  if (proof.isExpired) return refused('expired');
  if (client === null && !isSameDevice(facts, proof)) return deviceChanged(facts, proof, now);
  return goOn(facts, proof, terms);
}

/** The row may be older than the policy: whoever reads it judges by what holds now. */
function underPolicy({ session }: RefreshFacts, { policy }: Pick<RefreshTerms, 'policy'>): Session {
  return lifetimeUnder(session, limitsOf(policy.session, session));
}

/** How long a request that was on its way when its session stepped up may take to arrive. */
const onItsWayMs = 30_000;

/** A step-up gave this browser other cookies a moment ago, which a no to the old ones must not take away again. */
function isJustReplaced(facts: RefreshFacts, proof: RefreshProof, { client, now }: RefreshTerms): boolean {
  const { grant, session } = facts;
  const isNewest = proof.generation === grant.generation && !proof.isExpired;
  const isRaised = session.authenticatedAt > grant.createdAt && now - session.authenticatedAt <= onItsWayMs;
  return client === null && isNewest && isRaised && isSameDevice(facts, proof);
}

/**
 * RFC 9700 §4.14.2 lets a server tolerate a retry. We do so only for the newest predecessor, within the window,
 * and for who shows the context of the last rotation.
 */
function isLostReply(
  facts: RefreshFacts,
  proof: RefreshProof,
  { policy, client, now }: RefreshTerms,
): boolean {
  const { grant } = facts;
  const session = underPolicy(facts, { policy });
  const policySeconds = policy.tokens.refresh.retryWindowSeconds;
  const windowMs = retryWindowSeconds(facts, proof, { holder: client, policySeconds }) * 1000;
  return (
    windowMs > 0 &&
    proof.generation === grant.generation - 1 &&
    now - grant.rotatedAt <= windowMs &&
    now < session.idleExpiresAt
  );
}

/** FAPI 2.0 §5.3.2.1: a token that only its client can use is not rotated, so that no lost answer locks it out. */
function goOn(facts: RefreshFacts, proof: RefreshProof, terms: RefreshTerms): RefreshDecision {
  const rotation = rotationOf(facts, proof, terms);
  if (terms.client?.settings.profile !== 'fapi2') return { kind: 'rotate', rotation };
  const details = { generation: proof.generation, ...contextDetails(proof, terms.client) };
  return {
    kind: 'renew',
    renewal: rotation,
    events: [{ ...draft(facts, proof, { type: 'session.refreshed', details }), actor: 'user' }],
  };
}

function rotationOf(facts: RefreshFacts, proof: RefreshProof, terms: RefreshTerms): Renewal {
  const { grant, user, device, policyVersion } = facts;
  const { policy, now } = terms;
  const session = underPolicy(facts, terms);
  const activeAt = activeAtOf(facts, proof, terms);
  const limits = limitsOf(policy.session, session);
  const lifetime = activeAt === null ? session : withActivity(session, limits, activeAt);
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

/**
 * A client's refreshes count as activity or they do not. One whose refreshes do may say that its person was idle for a
 * while: that moves the limit less far, and never further than without a word.
 */
function activeAtOf(
  { grant }: RefreshFacts,
  { idleSeconds }: RefreshProof,
  { client, now }: RefreshTerms,
): Instant | null {
  if (client === null) return activityOf(idleSeconds, grant.rotatedAt, now);
  if (!client.settings.refreshIsActivity) return null;
  return idleSeconds === undefined ? now : activityOf(idleSeconds, grant.rotatedAt, now);
}

function repeat(facts: RefreshFacts, proof: RefreshProof, { client }: RefreshTerms): RefreshDecision {
  const details = { generation: proof.generation, ...contextDetails(proof, client) };
  return { kind: 'repeat', events: [draft(facts, proof, { type: 'session.refresh-repeated', details })] };
}

type RefusalReason = EndReason | Stranger | 'forged' | 'expired' | 'grant-ended' | 'grant-replaced';

function refuse(
  facts: RefreshFacts,
  proof: RefreshProof,
  { reason, client }: { readonly reason: RefusalReason; readonly client: Holder },
): RefreshDecision {
  const { session } = facts;
  const isOver = session.state === 'active' && (reason === 'idle-expired' || reason === 'absolute-expired');
  const details = {
    generation: proof.generation,
    ...contextDetails(proof, client),
    ...(isOver ? { endsAt: new Date(session.idleExpiresAt).toISOString() } : {}),
  };
  return {
    kind: 'refuse',
    changes: [],
    events: [draft(facts, proof, { type: 'session.refresh-refused', reason, details })],
  };
}

/** RFC 9700 §4.14.2: either holder may be the thief, so the whole family ends, and the session with it. */
function reuse(facts: RefreshFacts, proof: RefreshProof, { client, now }: RefreshTerms): RefreshDecision {
  const { grant } = facts;
  const rotatedBy: Origin = { ip: grant.rotatedIp, userAgent: grant.rotatedUserAgent };
  const details = {
    rotatedBy: { ...rotatedBy, at: new Date(grant.rotatedAt).toISOString(), generation: grant.generation },
    replayedBy: {
      ip: proof.ip,
      userAgent: proof.userAgent,
      generation: proof.generation,
      ...(client === null
        ? { holdsDeviceSecret: holdsSecret(facts.device, proof.shown) }
        : contextDetails(proof, client)),
    },
  };
  return endWith(facts, proof, { reason: 'refresh-reuse', type: 'session.reuse-detected', details, now });
}

/** A refresh token without its device's secret, or from another browser, has left its device. */
function deviceChanged(facts: RefreshFacts, proof: RefreshProof, now: Instant): RefreshDecision {
  const details = {
    expected: { ip: facts.grant.rotatedIp, userAgent: facts.grant.rotatedUserAgent },
    holdsDeviceSecret: holdsSecret(facts.device, proof.shown),
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
