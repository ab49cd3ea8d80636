import type { Instant, TenantId } from '@argus/contract';
import type { SessionRules } from '@argus/core';
import { asksForMore, judgedSessions, lacksProof } from '../policy/judged-sessions.ts';
import { openPlaces } from '../policy/places.ts';
import { rulesInSql } from '../policy/rules-in-sql.ts';
import { type Pool, timestamp } from '../postgres/pool.ts';

/** What rules would do, counted. */
export interface PolicyEffects {
  /** Live sessions that would be over now. */
  readonly over: number;
  /** Those that would live on, and end sooner than they do. */
  readonly tightened: number;
  /** Those that would live on, and had to prove more. */
  readonly unproven: number;
  /** Active users who have not set up what they would be asked for. */
  readonly usersLackingFactor: number;
  /** Sessions that began since then and had to prove more. */
  readonly challenged: number;
}

/** Count it by the very conditions by which it would be done. */
export async function policyEffects(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly rules: SessionRules; readonly now: Instant; readonly since: Instant },
): Promise<PolicyEffects> {
  const [sessions, usersLackingFactor, challenged] = await Promise.all([
    liveSessions(pool, tenant, ask),
    asksForMore(ask.rules) ? lackingUsers(pool, tenant, ask) : 0,
    asksForMore(ask.rules) ? challengedSessions(pool, tenant, ask) : 0,
  ]);
  return { ...sessions, usersLackingFactor, challenged };
}

type Ask = Parameters<typeof policyEffects>[2];
type Counts = Pick<PolicyEffects, 'over' | 'tightened' | 'unproven'>;

async function liveSessions(pool: Pool, tenant: TenantId, { rules, now: at }: Ask): Promise<Counts> {
  const { values, place, now } = openPlaces(at);
  const judged = judgedSessions(rules, { row: 'session', place, now, isOfAll: true });
  const unproven = judged.lacksProof();
  const { rows } = await pool.query<Counts>({
    text: `
      SELECT count(*) FILTER (WHERE ${judged.isOver}) AS over, count(*) FILTER (WHERE ${judged.isTightened}) AS tightened,
        count(*) FILTER (WHERE ${unproven}) AS unproven ${judged.from()}`,
    values: [tenant, ...values],
  });
  return rows[0] ?? { over: 0, tightened: 0, unproven: 0 };
}

async function challengedSessions(pool: Pool, tenant: TenantId, { rules, now, since }: Ask): Promise<number> {
  const { values, place } = openPlaces(now);
  const { join, of } = rulesInSql(rules, 'session', place);
  const lacking = lacksProof(rules, of);
  const { rows } = await pool.query<{ count: number }>({
    text: `
      SELECT count(*) FROM sessions s ${join({ isOfAll: true })}
      WHERE s.tenant_id = $1 AND s.created_at > ${place(timestamp(since), 'timestamptz')} AND s.created_at <= $2
        AND ${lacking}`,
    values: [tenant, ...values],
  });
  return rows[0]?.count ?? 0;
}

async function lackingUsers(pool: Pool, tenant: TenantId, { rules, now }: Ask): Promise<number> {
  const { values, place } = openPlaces(now);
  const { of } = rulesInSql(rules, 'user', place);
  const [factors, resists, attested] = [of('requiredFactors'), of('isPhishingResistant'), of('isAttested')];
  // Joined, not asked for user by user: one pass over each table.
  const { rows } = await pool.query<{ count: number }>({
    text: `
      SELECT count(*) FROM users u
      LEFT JOIN (
        SELECT user_id, bool_or(is_attested) AS is_attested FROM passkeys WHERE tenant_id = $1 GROUP BY user_id
      ) p ON p.user_id = u.id
      LEFT JOIN totps t ON t.tenant_id = $1 AND t.user_id = u.id
      WHERE u.tenant_id = $1 AND u.status = 'active' AND u.created_at <= $2 AND (${factors} > 1 OR ${resists})
        AND NOT CASE WHEN ${attested} THEN COALESCE(p.is_attested, false) ELSE p.user_id IS NOT NULL END
        AND (${resists} OR ${attested} OR t.user_id IS NULL)`,
    values: [tenant, ...values],
  });
  return rows[0]?.count ?? 0;
}
