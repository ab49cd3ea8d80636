import type { Instant } from '@argus/contract';
import type { EventDraft } from '../audit/event.ts';
import type { Change, Rotation } from '../change.ts';
import type { Device } from '../device/device.ts';
import type { Policy } from '../policy/policy.ts';
import type { User } from '../user/user.ts';
import { activityOf, lifetimeUnder, limitsOf, refreshTokenExpiresAt, withActivity } from './lifetime.ts';
import {
  contextDetails,
  type Holder,
  isSameDevice,
  retryWindowSeconds,
  type Shown,
  strangerOf,
} from './refresh-context.ts';
import { deviceChanged, draft, type RefusalReason, refuse, reuse } from './refuse-refresh.ts';
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
