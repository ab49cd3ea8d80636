import type { GrantId, TenantId, UserId } from '@argus/contract';
import {
  type Client,
  decideRefresh,
  type RefreshDecision,
  type RefreshFacts,
  type RefreshProof,
  type Rotation,
  type Shown,
  subjectOf,
} from '@argus/core';
import { equalInConstantTime, type RefreshClaims, refreshTokenId, verifyRefreshToken } from '@argus/tokens';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import { isServedHere } from '../tenant/address.ts';
import type { Try } from '../throttle/throttle.ts';
import { missingProof } from './missing-proof.ts';
import { sessionOver } from './session-over.ts';
import { slowDown } from './slow-down.ts';

export interface Renewal<Unfit extends object = never> {
  readonly token: string | undefined;
  /** Who shows the token; null: Argus's own pages. */
  readonly client: Client | null;
  readonly shown: Shown;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly idleSeconds?: number | undefined;
  /** Also where the session has proved less than policy asks by now: for whoever is about to prove more. */
  readonly mayLackProof?: boolean | undefined;
  /** Whether what is asked beside fits the grant; asked before anything turns, so that a no costs no token. */
  fits?(facts: RefreshFacts): Unfit | null;
}

/** A grant as its refresh left it. */
export interface Renewed extends RefreshFacts {
  readonly tenant: TenantId;
}

/** How often a lost race is gathered and decided anew before the caller is asked to come back. */
const rounds = 5;

/** What becomes of a refresh token: gather, verify, decide, commit; whose tokens are issued then is the caller's. */
export async function renewGrant<Unfit extends object = never>(
  services: Services,
  renewal: Renewal<Unfit>,
): Promise<Renewed | Refused | Unfit> {
  const proven = verifyToken(services, renewal);
  if (!proven) return refusedAs(services, 'forged');
  const { claims } = proven;
  const name = { tenant: claims.tenant as TenantId, grantId: claims.gid as GrantId }; // we signed both
  if (!(await isServedHere(services, name.tenant))) return refusedAs(services, 'elsewhere');
  const throttled = services.throttle.take([{ limit: 'refresh', whose: name.grantId }], services.clock.now());
  if (throttled) {
    const origin = { ip: renewal.ip, userAgent: renewal.userAgent };
    const userId = claims.sub as UserId; // we signed it
    return slowDown(services, { tenant: name.tenant, origin, throttled, userId });
  }
  for (let round = 0; round < rounds; round += 1) {
    const facts = await services.store.refreshFacts(name);
    if (!facts || facts.session.id !== claims.sid) return refusedAs(services, 'unknown');
    const policy = await services.policies.of(name.tenant, facts.policyVersion);
    const subject = { ...subjectOf(facts.user, facts.session), clientId: facts.grant.clientId };
    const effective = policy.resolve(subject);
    const decision = decideRefresh(facts, proofOf(renewal, proven, facts), {
      policy: effective,
      client: renewal.client,
      now: services.clock.now(),
    });
    const unfit = decision.kind === 'refuse' ? null : renewal.fits?.(facts);
    if (unfit) return unfit;
    const isLeft = decision.kind === 'refuse' || renewal.mayLackProof;
    const missing = isLeft ? null : missingProof(facts.session, effective.authentication);
    if (missing) return refusedAs(services, 'proof-missing', missing);
    const outcome = await carryOut(services, { decision, facts, tenant: name.tenant });
    if (outcome !== 'lost') return outcome;
  }
  return { refused: 'unavailable', retryAfterSeconds: 1 };
}

interface ProvenToken {
  readonly claims: RefreshClaims;
  readonly isExpired: boolean;
}

/** Only a token whose signature holds says anything, be it an expired one. */
function verifyToken(
  { keys, config, clock }: Services,
  { token }: Pick<Renewal, 'token'>,
): ProvenToken | null {
  if (!token) return null;
  const verified = verifyRefreshToken(keys.ring(), token, { issuer: config.issuer, now: clock.now() });
  if (verified.ok) return { claims: verified.claims, isExpired: false };
  // Our own token from the future: this clock was set back since.
  if (verified.rejection === 'not-yet-valid' && verified.claims)
    return { claims: verified.claims, isExpired: false };
  return verified.rejection === 'expired' && verified.claims
    ? { claims: verified.claims, isExpired: true }
    : null;
}

function proofOf(
  renewal: Omit<Renewal, 'fits' | 'mayLackProof'>,
  { claims, isExpired }: ProvenToken,
  facts: RefreshFacts,
): RefreshProof {
  const { shown, ip, userAgent, idleSeconds } = renewal;
  return {
    generation: claims.gen,
    isIdGenuine: equalInConstantTime(claims.jti, refreshTokenId(facts.grant.secret, claims.gen)),
    isExpired,
    shown,
    ip,
    userAgent,
    idleSeconds,
  };
}

interface Decided {
  readonly decision: RefreshDecision;
  readonly facts: RefreshFacts;
  readonly tenant: TenantId;
}

async function carryOut(services: Services, decided: Decided): Promise<Renewed | Refused | 'lost'> {
  const { decision, facts, tenant } = decided;
  switch (decision.kind) {
    case 'rotate': {
      const rotation = { ...decision.rotation, tenant, eventId: services.random.uuid() };
      if (!(await services.store.rotate(rotation))) return 'lost';
      const generation = rotation.fromGeneration + 1;
      return renewedAs(services, 'rotated', { ...movedBy(facts, rotation, generation), tenant });
    }
    case 'renew': {
      const { renewal } = decision;
      const events = stamp(services, renewal.at, decision.events);
      const changes = [{ kind: 'renew-grant' as const, renewal }];
      const written = await services.store.commit({ tenant, changes, events });
      if (!written.isCommitted) return 'lost';
      return renewedAs(services, 'renewed', { ...movedBy(facts, renewal, renewal.fromGeneration), tenant });
    }
    case 'repeat': {
      const events = stamp(services, services.clock.now(), decision.events);
      await services.store.commit({ tenant, changes: [], events });
      return renewedAs(services, 'repeated', { ...facts, tenant });
    }
    case 'refuse':
      return refuse(services, decision, decided);
  }
}

/** What ends something is always told; a token that was dead before is told as often as anyone needs to know. */
async function refuse(
  services: Services,
  decision: Extract<RefreshDecision, { kind: 'refuse' }>,
  { facts, tenant }: Decided,
): Promise<Refused | 'lost'> {
  const reason = decision.events[0]?.reason ?? 'unknown';
  const now = services.clock.now();
  const answer: Refused =
    reason === 'grant-replaced' ? { refused: 'unavailable', retryAfterSeconds: 1 } : sessionOver(facts, now);
  const isMere = decision.changes.length === 0;
  const mere: Try = { limit: 'refusedRefresh', whose: facts.grant.id };
  if (isMere && services.throttle.take([mere], now)) return refusedAs(services, reason, answer);
  const events = stamp(services, now, decision.events);
  const written = await services.store.commit({ tenant, changes: decision.changes, events });
  if (!written.isCommitted) return 'lost';
  if (!isMere) services.metrics.sessionsEnded.inc({ reason });
  return refusedAs(services, reason, answer);
}

function refusedAs(
  { metrics }: Services,
  outcome: string,
  answer: Refused = { refused: 'session_ended' },
): Refused {
  metrics.refreshes.inc({ outcome });
  return answer;
}

function renewedAs({ metrics }: Services, outcome: string, renewed: Renewed): Renewed {
  metrics.refreshes.inc({ outcome });
  return renewed;
}

/** The facts as the refresh left them. */
function movedBy(
  facts: RefreshFacts,
  moved: Omit<Rotation, 'tenant' | 'eventId'>,
  generation: number,
): RefreshFacts {
  const { at, lastActiveAt, idleExpiresAt, expiresAt, ip, userAgent } = moved;
  const grant = {
    ...facts.grant,
    generation,
    expiresAt,
    rotatedAt: at,
    rotatedIp: ip,
    rotatedUserAgent: userAgent,
  };
  return { ...facts, session: { ...facts.session, lastActiveAt, idleExpiresAt }, grant };
}
