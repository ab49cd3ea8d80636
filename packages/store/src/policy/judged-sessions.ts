import type { SessionRules } from '@argus/core';
import { type Place, type RuledRow, type RulesInSql, rulesInSql } from './rules-in-sql.ts';

/** Live sessions under other rules: what everything is made of that enforces a policy or says what that would do. */
export interface JudgedSessions {
  /** It would be over now. */
  readonly isOver: string;
  /** It would live on, and end sooner than it does now. */
  readonly isTightened: string;
  /** It would live on. */
  readonly livesOn: string;
  /** It had to prove more, if it lived on. */
  lacksProof(): string;
  /** It lives by the limits that hold already. */
  readonly isLive: string;
  /** From FROM to the last condition: `s` the session, `l` its limits, the new ones and those before. To be asked last. */
  from(): string;
  /** The same of every session, whether it lives or not. */
  fromAll(): string;
}

interface Judging {
  readonly row: RuledRow;
  readonly place: Place;
  /** The place of the present. */
  readonly now: string;
}

/**
 * `lifetimeUnder` and `isProvenEnough` of core as PostgreSQL knows them. `$1` is the tenant, `now` the place of the present;
 * what has run out by the limits that hold already is no matter of the new ones.
 */
export function judgedSessions(rules: SessionRules, { row, place, now }: Judging): JudgedSessions {
  const { of, join } = rulesInSql(rules, row, place);
  const remembered = `s.is_remembered AND ${of('isRememberMeAllowed')}`;
  const pair = (usual: string, rememberMe: string) =>
    `CASE WHEN ${remembered} THEN ${rememberMe} ELSE ${usual} END`;
  const absolute = pair(of('absoluteSeconds'), of('rememberMeAbsoluteSeconds'));
  const idle = pair(of('idleSeconds'), of('rememberMeIdleSeconds'));
  const isLive = `s.state = 'active' AND s.idle_expires_at > ${now}`;
  const fromAll = () => `
    FROM sessions s ${row === 'grant' ? grantsOfSession : ''} ${join()}
    CROSS JOIN LATERAL (SELECT LEAST(s.absolute_expires_at, s.created_at + ${absolute}) AS absolute_end) a
    CROSS JOIN LATERAL (
      SELECT a.absolute_end, LEAST(s.idle_expires_at, s.last_active_at + ${idle}, a.absolute_end) AS idle_end,
        s.idle_expires_at AS idle_before, s.absolute_expires_at AS absolute_before
    ) l
    WHERE s.tenant_id = $1`;
  const livesOn = `l.idle_end > ${now}`;
  return {
    isOver: `l.idle_end <= ${now}`,
    isTightened: `${livesOn} AND (l.idle_end < l.idle_before OR l.absolute_end < l.absolute_before)`,
    livesOn,
    lacksProof: () => lacksProof(rules, of),
    isLive,
    from: () => `${fromAll()} AND ${isLive}`,
    fromAll,
  };
}

const grantsOfSession = `JOIN grants g ON g.tenant_id = s.tenant_id AND g.session_id = s.id AND g.status = 'active'`;

/** `isProvenEnough`, the other way round. */
function lacksProof(rules: SessionRules, of: RulesInSql['of']): string {
  return !asksForMore(rules)
    ? 'false'
    : `((${of('requiredFactors')} > 1 OR ${of('isPhishingResistant')}) AND (
      s.acr < CASE WHEN ${of('isAttested')} THEN 'urn:argus:aal3' ELSE 'urn:argus:aal2' END COLLATE "C"
      OR (${of('isPhishingResistant')} AND NOT s.amr && '{hwk,swk}'::text[])))`;
}

/** Whether anybody has to prove more than one thing: nearly always the question need not be asked of every session. */
export function asksForMore({ base, overrides }: SessionRules): boolean {
  return [base, ...overrides.map(({ set }) => set)].some(
    ({ requiredFactors, isPhishingResistant }) => (requiredFactors ?? 1) > 1 || isPhishingResistant === true,
  );
}
