import type { Instant, TenantId } from '@argus/contract';
import type { SessionRules } from '@argus/core';
import { asksForMore, judgedSessions } from '../policy/judged-sessions.ts';
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
  const [sessions, usersLackingFactor] = await Promise.all([
    judgedInOnePass(pool, tenant, ask),
    asksForMore(ask.rules) ? lackingUsers(pool, tenant, ask) : 0,
  ]);
  return { ...sessions, usersLackingFactor };
}

type Ask = Parameters<typeof policyEffects>[2];
type Counts = Omit<PolicyEffects, 'usersLackingFactor'>;

/**
 * One pass over the sessions. Nothing in it may be fenced (OFFSET 0, a CTE): PostgreSQL shares only what it can pull up
 * among its workers, and that is worth more than putting the limits of a session together once.
 */
async function judgedInOnePass(
  pool: Pool,
  tenant: TenantId,
  { rules, now: at, since }: Ask,
): Promise<Counts> {
  const { values, place, now } = openPlaces(at);
  const judged = judgedSessions(rules, { row: 'session', place, now });
  const hasBegun = `s.created_at > ${place(timestamp(since), 'timestamptz')} AND s.created_at <= ${now}`;
  const { rows } = await pool.query<Counts>({
    text: `
      SELECT count(*) FILTER (WHERE l.is_live AND ${judged.isOver}) AS over,
        count(*) FILTER (WHERE l.is_live AND ${judged.isTightened}) AS tightened,
        count(*) FILTER (WHERE l.is_live AND l.lacks_proof AND ${judged.livesOn}) AS unproven,
        count(*) FILTER (WHERE l.has_begun AND l.lacks_proof) AS challenged
      FROM (
        SELECT l.*, ${judged.isLive} AS is_live, ${hasBegun} AS has_begun, ${judged.lacksProof()} AS lacks_proof
        ${judged.fromAll()} AND (${judged.isLive} ${asksForMore(rules) ? `OR ${hasBegun}` : ''})
      ) l`,
    values: [tenant, ...values],
  });
  return rows[0] ?? { over: 0, tightened: 0, unproven: 0, challenged: 0 };
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
