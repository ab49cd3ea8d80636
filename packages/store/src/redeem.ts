import type { AuditEvent, Change, Grant, Mark } from '@argus/core';
import { retryingConflicts } from './postgres/conflict.ts';
import { type Pool, timestamp } from './postgres/pool.ts';

/** A code that becomes a grant: all of it, or nothing. */
export interface Redemption {
  readonly tenant: string;
  readonly codeHash: Uint8Array;
  /** What it begins; its client, session and id are those that the code names. */
  readonly grant: Grant;
  readonly event: AuditEvent;
  /** Used up by this even when the code is not: whoever showed them has shown them. */
  readonly marks: readonly Mark[];
}

export type Redeemed =
  | { readonly isRedeemed: true }
  /** Which of the changes that this stands for did not find what it expects. */
  | {
      readonly isRedeemed: false;
      readonly lost: Extract<Change['kind'], 'claim-mark' | 'create-grant' | 'redeem-code'>;
    };

/**
 * `claim-mark`, `redeem-code` and `create-grant` with their event in one statement, for it is what every sign-in at a
 * client waits for. The whole statement sees one moment, so nothing may be believed that was only read: client, user and
 * session are locked, and PostgreSQL looks at the newest version of a row whose lock it waited for (§13.2.1). Whoever
 * ends the session or disables user or client either comes first and is seen, or waits and finds the grant.
 */
const text = `
  WITH claimed AS (
    INSERT INTO marks (tenant_id, use, hash, expires_at)
    SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::timestamptz[])
    ON CONFLICT (tenant_id, use, hash) DO NOTHING RETURNING hash
  ), held AS MATERIALIZED (
    SELECT s.id AS session_id, c.id AS client_id
    FROM clients c, sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    WHERE c.tenant_id = $1 AND c.id = $6 AND c.status = 'active'
      AND s.tenant_id = $1 AND s.id = $7 AND s.state = 'active' AND u.status = 'active'
      AND (SELECT count(*) FROM claimed) = cardinality($3)
    FOR SHARE OF c, u, s
  ), consumed AS (
    UPDATE authorization_codes a SET consumed_at = $8 FROM held
    WHERE a.tenant_id = $1 AND a.code_hash = $5 AND a.client_id = held.client_id AND a.session_id = held.session_id
      AND a.grant_id = $9 AND a.consumed_at IS NULL AND a.expires_at > $8
    RETURNING a.user_id
  ), born AS (
    INSERT INTO grants (tenant_id, id, session_id, client_id, status, generation, secret, scope, resources, jkt,
      created_at, rotated_at, expires_at, rotated_ip, rotated_user_agent)
    SELECT $1, $9, $7, $6, 'active', $10, $11, $12, $13, $14, $8, $8, $15, $16, $17 FROM consumed
  ), logged AS (
    INSERT INTO audit_events (tenant_id, id, at, type, actor, user_id, session_id, grant_id, device_id, reason, ip, user_agent, details)
    SELECT $1, $18, $19, $20, $21, consumed.user_id, $7, $9, $22, $23, $24, $25, $26 FROM consumed
  )
  SELECT (SELECT count(*) FROM claimed)::int AS claimed, EXISTS (SELECT FROM held) AS is_held,
    EXISTS (SELECT FROM consumed) AS is_consumed`;

/** Redeem a code for its first time. A deadlock is tried again like a commit's. */
export function redeemCode(pool: Pool, redemption: Redemption): Promise<Redeemed> {
  return retryingConflicts(() => redeemOnce(pool, redemption));
}

async function redeemOnce(pool: Pool, redemption: Redemption): Promise<Redeemed> {
  const { marks } = redemption;
  const { rows } = await pool.query<{ claimed: number; is_held: boolean; is_consumed: boolean }>({
    name: 'redeem-code-for-grant',
    text,
    values: [...codeValues(redemption), ...grantValues(redemption.grant), ...eventValues(redemption.event)],
  });
  const [outcome] = rows;
  if (outcome?.is_consumed) return { isRedeemed: true };
  if (outcome?.claimed !== marks.length) return { isRedeemed: false, lost: 'claim-mark' };
  return { isRedeemed: false, lost: outcome.is_held ? 'redeem-code' : 'create-grant' };
}

function codeValues({ tenant, codeHash, grant, marks }: Redemption): unknown[] {
  return [
    tenant,
    marks.map((mark) => mark.use),
    marks.map((mark) => mark.hash),
    marks.map((mark) => timestamp(mark.expiresAt)),
    codeHash,
    grant.clientId,
    grant.sessionId,
    timestamp(grant.createdAt),
    grant.id,
  ];
}

function grantValues(grant: Grant): unknown[] {
  return [
    grant.generation,
    grant.secret,
    grant.scope,
    grant.resources,
    grant.jkt,
    timestamp(grant.expiresAt),
    grant.rotatedIp,
    grant.rotatedUserAgent,
  ];
}

function eventValues(event: AuditEvent): unknown[] {
  return [
    event.id,
    timestamp(event.at),
    event.type,
    event.actor,
    event.deviceId ?? null,
    event.reason ?? null,
    event.origin?.ip ?? null,
    event.origin?.userAgent ?? null,
    JSON.stringify(event.details ?? {}),
  ];
}
