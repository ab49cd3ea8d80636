import type { AuditEvent, Change, Grant } from '@argus/core';
import { type Batcher, createBatcher } from './postgres/batch.ts';
import { type Pool, timestamp } from './postgres/pool.ts';

/** A code that becomes a grant: all of it, or nothing. */
export interface Redemption {
  readonly tenant: string;
  readonly codeHash: Uint8Array;
  /** What it begins; its client, session and id are those that the code names. */
  readonly grant: Grant;
  /** When it was, from where and about whom, the grant and its code say. */
  readonly event: Pick<AuditEvent, 'id' | 'type' | 'actor' | 'deviceId' | 'reason' | 'details'>;
}

export type Redeemed =
  | { readonly isRedeemed: true }
  /** Which of the changes that this stands for did not find what it expects. */
  | { readonly isRedeemed: false; readonly lost: Extract<Change['kind'], 'create-grant' | 'redeem-code'> };

/**
 * `redeem-code` and `create-grant` with their event, up to 32 at once, each with its own guard and its own outcome: it is
 * what every sign-in at a client waits for. The whole statement sees one moment, so nothing may be believed that was only
 * read: client, user and session are locked, and PostgreSQL looks at the newest version of a row whose lock it waited for
 * (§13.2.1). Whoever ends the session or disables user or client either comes first and is seen, or waits and finds the
 * grant. All clients are locked before any session, and sessions in id order, like everywhere.
 */
const text = `
  WITH asked AS (
    SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::int[], $8::bytea[],
      $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::inet[], $14::text[], $15::uuid[], $16::text[], $17::text[],
      $18::uuid[], $19::text[], $20::jsonb[]) WITH ORDINALITY
      AS a (tenant_id, code_hash, client_id, session_id, grant_id, at, generation, secret, scope, resources, jkt, expires_at,
        ip, user_agent, event_id, type, actor, device_id, reason, details, place)
  ), open AS MATERIALIZED (
    SELECT c.tenant_id, c.id FROM clients c
    WHERE (c.tenant_id, c.id) IN (SELECT tenant_id, client_id FROM asked) AND c.status = 'active'
    ORDER BY c.tenant_id, c.id
    FOR SHARE
  ), held AS MATERIALIZED (
    SELECT a.* FROM asked a
    JOIN open c ON c.tenant_id = a.tenant_id AND c.id = a.client_id
    JOIN sessions s ON s.tenant_id = a.tenant_id AND s.id = a.session_id
    JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    JOIN tenants t ON t.id = s.tenant_id
    WHERE s.state = 'active' AND u.status = 'active' AND t.status = 'active'
    ORDER BY s.tenant_id, s.id
    FOR SHARE OF u, s
  ), found AS MATERIALIZED (
    -- By its key alone: a young table has no statistics, and a planner without them would walk all codes of a client.
    SELECT h.place, a.user_id, a.client_id = h.client_id AND a.session_id = h.session_id AND a.grant_id = h.grant_id AS is_same
    FROM held h JOIN authorization_codes a ON a.tenant_id = h.tenant_id AND a.code_hash = h.code_hash
    WHERE a.consumed_at IS NULL AND a.expires_at > h.at
    ORDER BY a.tenant_id, a.code_hash
    FOR UPDATE OF a
  ), won AS MATERIALIZED (
    SELECT h.*, f.user_id FROM held h JOIN found f ON f.place = h.place WHERE f.is_same
  ), consumed AS (
    UPDATE authorization_codes a SET consumed_at = w.at FROM won w
    WHERE a.tenant_id = w.tenant_id AND a.code_hash = w.code_hash
  ), born AS (
    INSERT INTO grants (tenant_id, id, session_id, client_id, status, generation, secret, scope, resources, jkt,
      created_at, rotated_at, expires_at, rotated_ip, rotated_user_agent)
    SELECT tenant_id, grant_id, session_id, client_id, 'active', generation, secret, scope, string_to_array(resources, ' '), jkt,
      at, at, expires_at, ip, user_agent FROM won
  ), logged AS (
    INSERT INTO audit_events (tenant_id, id, at, type, actor, user_id, session_id, grant_id, device_id, reason, ip, user_agent, details)
    SELECT tenant_id, event_id, at, type, actor, user_id, session_id, grant_id, device_id, reason, ip, user_agent, details FROM won
  )
  SELECT h.place::int AS place, f.is_same IS TRUE AS is_redeemed FROM held h LEFT JOIN found f ON f.place = h.place`;

/** Redemptions as they come. Two of one code never share a statement, so that the second finds it used. */
export function redemptions(pool: Pool): Batcher<Redemption, Redeemed> {
  return createBatcher({
    size: 32,
    lanes: 2,
    waiting: 10_000,
    keyOf: ({ tenant, codeHash }) => `${tenant}/${Buffer.from(codeHash).toString('base64')}`,
    run: (asked) => run(pool, asked),
  });
}

async function run(pool: Pool, asked: readonly Redemption[]): Promise<Redeemed[]> {
  const { rows } = await pool.query<{ place: number; is_redeemed: boolean }>({
    name: 'redeem-codes',
    text,
    values: [...grantValues(asked), ...eventValues(asked)],
  });
  const held = new Map(rows.map(({ place, is_redeemed: isRedeemed }) => [place, isRedeemed]));
  return asked.map((_, at): Redeemed => {
    const isRedeemed = held.get(at + 1);
    if (isRedeemed) return { isRedeemed };
    return { isRedeemed: false, lost: isRedeemed === undefined ? 'create-grant' : 'redeem-code' };
  });
}

function grantValues(asked: readonly Redemption[]): unknown[] {
  const column = <T>(pick: (grant: Grant) => T) => asked.map(({ grant }) => pick(grant));
  return [
    asked.map(({ tenant }) => tenant),
    asked.map(({ codeHash }) => codeHash),
    column((grant) => grant.clientId),
    column((grant) => grant.sessionId),
    column((grant) => grant.id),
    column((grant) => timestamp(grant.createdAt)),
    column((grant) => grant.generation),
    column((grant) => grant.secret),
    column((grant) => grant.scope),
    // An array of arrays would have to be a rectangle; a resource is a URI and holds no space.
    column((grant) => grant.resources.join(' ')),
    column((grant) => grant.jkt),
    column((grant) => timestamp(grant.expiresAt)),
    column((grant) => grant.rotatedIp),
    column((grant) => grant.rotatedUserAgent),
  ];
}

function eventValues(asked: readonly Redemption[]): unknown[] {
  const column = <T>(pick: (event: Redemption['event']) => T) => asked.map(({ event }) => pick(event));
  return [
    column((event) => event.id),
    column((event) => event.type),
    column((event) => event.actor),
    column((event) => event.deviceId ?? null),
    column((event) => event.reason ?? null),
    column((event) => JSON.stringify(event.details ?? {})),
  ];
}
