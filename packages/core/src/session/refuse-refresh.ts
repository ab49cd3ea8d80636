import type { EndReason, Instant } from '@argus/contract';
import type { EventDraft, Origin } from '../audit/event.ts';
import type { RefreshDecision, RefreshFacts, RefreshProof, RefreshTerms } from './refresh.ts';
import { contextDetails, type Holder, holdsSecret, type Stranger } from './refresh-context.ts';

export type RefusalReason = EndReason | Stranger | 'forged' | 'expired' | 'grant-ended' | 'grant-replaced';

/** A no that ends nothing. */
export function refuse(
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
export function reuse(
  facts: RefreshFacts,
  proof: RefreshProof,
  { client, now }: RefreshTerms,
): RefreshDecision {
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
export function deviceChanged(facts: RefreshFacts, proof: RefreshProof, now: Instant): RefreshDecision {
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

/** What the audit log tells of a refresh. */
export function draft(
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
