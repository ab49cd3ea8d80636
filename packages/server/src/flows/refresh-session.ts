import type { GrantId, TenantId, UserId } from '@argus/contract';
import {
  decideRefresh,
  type RefreshDecision,
  type RefreshFacts,
  type RefreshProof,
  type Rotation,
} from '@argus/core';
import { equalInConstantTime, type RefreshClaims, refreshTokenId, verifyRefreshToken } from '@argus/tokens';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { Try } from '../throttle/throttle.ts';
import type { Current } from './current-session.ts';
import { type IssuedTokens, issueTokens } from './issue-tokens.ts';
import { slowDown } from './slow-down.ts';

export interface RefreshRequest {
  readonly token: string | undefined;
  readonly deviceCookie: string | undefined;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly idleSeconds?: number | undefined;
}

export interface Refreshed {
  readonly current: Current;
  readonly tokens: IssuedTokens;
}

/** How often a lost race is gathered and decided anew before the caller is asked to come back. */
const rounds = 5;

/** Renew a session: gather, verify, decide, commit, and give the tokens of the generation that came out. */
export async function refreshSession(
  services: Services,
  request: RefreshRequest,
): Promise<Refreshed | Refused> {
  const shown = verifyShown(services, request.token);
  if (!shown) return refusedAs(services, 'forged');
  const name = { tenant: shown.claims.tenant as TenantId, grantId: shown.claims.gid as GrantId }; // we signed both
  const throttled = services.throttle.take([{ limit: 'refresh', whose: name.grantId }], services.clock.now());
  if (throttled) {
    const { tenant } = name;
    const origin = { ip: request.ip, userAgent: request.userAgent };
    return slowDown(services, { tenant, origin, throttled, userId: shown.claims.sub as UserId }); // we signed it
  }
  for (let round = 0; round < rounds; round += 1) {
    const facts = await services.store.refreshFacts(name);
    if (!facts || facts.session.id !== shown.claims.sid) return refusedAs(services, 'unknown');
    const proof = proofOf(services, { request, shown, facts });
    const decision = decideRefresh(facts, proof, {
      policy: services.policy(name.tenant),
      client: null,
      now: services.clock.now(),
    });
    const outcome = await carryOut(services, { decision, facts, tenant: name.tenant });
    if (outcome !== 'lost') return outcome;
  }
  return { refused: 'unavailable', retryAfterSeconds: 1 };
}

interface Shown {
  readonly claims: RefreshClaims;
  readonly isExpired: boolean;
}

/** Only a token whose signature holds says anything, be it an expired one. */
function verifyShown({ keys, config, clock }: Services, token: string | undefined): Shown | null {
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
  { secrets }: Services,
  seen: { request: RefreshRequest; shown: Shown; facts: RefreshFacts },
): RefreshProof {
  const { request, shown, facts } = seen;
  const { claims, isExpired } = shown;
  return {
    generation: claims.gen,
    isIdGenuine: equalInConstantTime(claims.jti, refreshTokenId(facts.grant.secret, claims.gen)),
    isExpired,
    shown: { kind: 'device', deviceSecretHash: secrets.shownSecretHash(request.deviceCookie) },
    ip: request.ip,
    userAgent: request.userAgent,
    idleSeconds: request.idleSeconds,
  };
}

interface Decided {
  readonly decision: RefreshDecision;
  readonly facts: RefreshFacts;
  readonly tenant: TenantId;
}

async function carryOut(
  services: Services,
  { decision, facts, tenant }: Decided,
): Promise<Refreshed | Refused | 'lost'> {
  switch (decision.kind) {
    case 'rotate': {
      const rotation = { ...decision.rotation, tenant, eventId: services.random.uuid() };
      if (!(await services.store.rotate(rotation))) return 'lost';
      return answerWith(services, { facts: rotatedFacts(facts, rotation), tenant, outcome: 'rotated' });
    }
    case 'renew':
      throw new Error('only the token of a FAPI 2.0 client stays as it is, and none is shown here');
    case 'repeat': {
      const events = stamp(services, services.clock.now(), decision.events);
      await services.store.commit({ tenant, changes: [], events });
      return answerWith(services, { facts, tenant, outcome: 'repeated' });
    }
    case 'refuse': {
      const reason = decision.events[0]?.reason ?? 'unknown';
      const now = services.clock.now();
      // What ends something is always told; a token that was dead before is told as often as anyone needs to know.
      const isMere = decision.changes.length === 0;
      const mere: Try = { limit: 'refusedRefresh', whose: facts.grant.id };
      if (isMere && services.throttle.take([mere], now)) return refusedAs(services, reason);
      const events = stamp(services, now, decision.events);
      const written = await services.store.commit({ tenant, changes: decision.changes, events });
      if (!written.isCommitted) return 'lost';
      if (!isMere) services.metrics.sessionsEnded.inc({ reason });
      return refusedAs(services, reason);
    }
  }
}

function refusedAs({ metrics }: Services, outcome: string): Refused {
  metrics.refreshes.inc({ outcome });
  return { refused: 'session_ended' };
}

async function answerWith(
  services: Services,
  { facts, tenant, outcome }: { facts: RefreshFacts; tenant: TenantId; outcome: string },
): Promise<Refreshed> {
  const tokens = await issueTokens(services, { tenant, ...facts });
  services.metrics.refreshes.inc({ outcome });
  return { tokens, current: { ...facts, tenant, accessExpiresAt: tokens.accessExpiresAt } };
}

/** The facts as the rotation left them. */
function rotatedFacts(facts: RefreshFacts, rotation: Rotation): RefreshFacts {
  const { at, lastActiveAt, idleExpiresAt, expiresAt, ip, userAgent } = rotation;
  return {
    ...facts,
    session: { ...facts.session, lastActiveAt, idleExpiresAt },
    grant: {
      ...facts.grant,
      generation: rotation.fromGeneration + 1,
      rotatedAt: at,
      expiresAt,
      rotatedIp: ip,
      rotatedUserAgent: userAgent,
    },
  };
}
