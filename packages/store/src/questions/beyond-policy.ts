import type { GrantId, Instant, SessionId, TenantId } from '@argus/contract';
import type { SessionRules } from '@argus/core';
import { type JudgedSessions, judgedSessions } from '../policy/judged-sessions.ts';
import { openPlaces } from '../policy/places.ts';
import type { Pool } from '../postgres/pool.ts';

export type Verdict = 'over' | 'tightened' | 'unproven';

export interface BeyondPolicy {
  readonly rules: SessionRules;
  readonly now: Instant;
  /** Where the last answer stopped; null to begin. */
  readonly after: string | null;
  readonly limit: number;
  /** Whichever are found first: nobody goes on from there. */
  readonly isAnyOrder?: boolean;
}

/** Live sessions that other rules would end now, end sooner, or ask for more, in the order of their ids. */
export async function sessionsBeyondPolicy(
  pool: Pool,
  tenant: TenantId,
  ask: BeyondPolicy & { readonly which: Verdict },
): Promise<SessionId[]> {
  const { values, place, now } = openPlaces(ask.now);
  const judged = judgedSessions(ask.rules, { row: 'session', place, now });
  const condition = conditionOf(judged, ask.which);
  const { rows } = await pool.query<{ id: SessionId }>({
    text: `
      SELECT s.id ${judged.from()} AND ${condition}
        ${ask.after === null ? '' : `AND s.id > ${place(ask.after, 'uuid')}`}
      ${ask.isAnyOrder ? '' : 'ORDER BY s.id'} LIMIT ${place(ask.limit, 'int')}`,
    values: [tenant, ...values],
  });
  return rows.map(({ id }) => id);
}

function conditionOf(judged: JudgedSessions, which: Verdict): string {
  switch (which) {
    case 'over':
      return judged.isOver;
    case 'tightened':
      return judged.isTightened;
    case 'unproven':
      return `${judged.livesOn} AND ${judged.lacksProof()}`;
  }
}

/** What clients hold that rules for them would end now; nothing where the rules name no client. */
export async function grantsBeyondPolicy(
  pool: Pool,
  tenant: TenantId,
  ask: BeyondPolicy,
): Promise<GrantId[]> {
  const clients = ask.rules.overrides.flatMap(({ when }) => when.client ?? []);
  if (clients.length === 0) return [];
  const { values, place, now } = openPlaces(ask.now);
  const judged = judgedSessions(ask.rules, { row: 'grant', place, now });
  const { rows } = await pool.query<{ id: GrantId }>({
    text: `
      SELECT g.id ${judged.from()} AND g.client_id = ANY (${place(clients, 'text[]')}) AND ${judged.isOver}
        ${ask.after === null ? '' : `AND g.id > ${place(ask.after, 'uuid')}`}
      ORDER BY g.id LIMIT ${place(ask.limit, 'int')}`,
    values: [tenant, ...values],
  });
  return rows.map(({ id }) => id);
}

/** Tenants whose live sessions were not held against the policy in force yet. */
export async function tenantsToEnforce(pool: Pool, limit: number): Promise<TenantId[]> {
  const { rows } = await pool.query<{ id: TenantId }>({
    name: 'tenants-to-enforce',
    text: 'SELECT id FROM tenants WHERE policy_enforced_version < policy_version ORDER BY id LIMIT $1',
    values: [limit],
  });
  return rows.map(({ id }) => id);
}

/** The database's own time, by which it says since when others work. */
export async function databaseTime(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ now: string }>({
    name: 'database-time',
    text: 'SELECT clock_timestamp()::text AS now',
  });
  return rows[0]?.now ?? '';
}

/**
 * Whether anybody still works in a transaction that began before. What such a one reads may be older than what was
 * committed by then, and it may still write by it; ten seconds bound every statement.
 */
export async function isAnybodyOlder(pool: Pool, since: string): Promise<boolean> {
  const { rows } = await pool.query<{ is_older: boolean }>({
    name: 'is-anybody-older',
    text: `
      SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
          AND state <> 'idle' AND xact_start < $1::timestamptz) AS is_older`,
    values: [since],
  });
  return rows[0]?.is_older ?? true;
}
