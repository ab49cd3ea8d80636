import { createHash } from 'node:crypto';
import type { Change, SessionsAsked } from '@argus/core';
import { judgedSessions } from '../policy/judged-sessions.ts';
import { openPlaces } from '../policy/places.ts';
import type { Place } from '../policy/rules-in-sql.ts';
import { timestamp } from '../postgres/pool.ts';
import { endedGrants } from './grants.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// Whoever finds sessions for these judges them unlocked. Here each is judged again as it is under its lock, so that what
// happened to it in between counts, and two nodes that enforce the same do it once.

export const endSessionsBeyondPolicy: Write<Of<'end-sessions-beyond-policy'>> = (change) => {
  const { values, place, now } = openPlaces(change.at);
  const judged = judgedSessions(change.rules, { row: 'session', place, now });
  const text = `
    WITH beyond AS MATERIALIZED (
      SELECT s.id ${judged.from()} AND ${asked(change.of, place)} AND ${judged.isOver}
      ORDER BY s.id FOR NO KEY UPDATE OF s
    )
    UPDATE sessions s SET state = 'ended', ended_at = ${now}, end_reason = 'policy-changed' FROM beyond
    WHERE s.tenant_id = $1 AND s.id = beyond.id RETURNING s.id, s.user_id, s.device_id`;
  return {
    name: nameOf('end-sessions-beyond-policy', text),
    text,
    values,
    expects: 0,
    ends: { ...change, reason: 'policy-changed' },
  };
};

export const tightenSessions: Write<Of<'tighten-sessions'>> = (change) => {
  const { values, place, now } = openPlaces(change.at);
  const judged = judgedSessions(change.rules, { row: 'session', place, now });
  const until = place(timestamp(change.outlivedUntil), 'timestamptz');
  const text = `
    WITH tight AS MATERIALIZED (
      SELECT s.id, l.idle_before, l.idle_end, l.absolute_end ${judged.from()} AND ${asked(change.of, place)} AND ${judged.isTightened}
      ORDER BY s.id FOR NO KEY UPDATE OF s
    ), grants_moved AS (
      UPDATE grants g SET expires_at = date_trunc('second', t.idle_end) FROM tight t
      WHERE g.tenant_id = $1 AND g.session_id = t.id AND g.status = 'active' AND g.expires_at > t.idle_end
    ), noted AS (
      INSERT INTO early_ends AS e (tenant_id, session_id, due_at, outlived_until)
      SELECT $1, t.id, t.idle_end, ${until} FROM tight t
      WHERE t.idle_end < ${until} AND t.idle_end < t.idle_before
      ON CONFLICT (tenant_id, session_id) DO UPDATE SET
        due_at = LEAST(e.due_at, excluded.due_at), outlived_until = GREATEST(e.outlived_until, excluded.outlived_until)
    )
    UPDATE sessions s SET idle_expires_at = t.idle_end, absolute_expires_at = t.absolute_end FROM tight t
    WHERE s.tenant_id = $1 AND s.id = t.id RETURNING s.id`;
  return { name: nameOf('tighten-sessions', text), text, values, expects: 0 };
};

// A client's own limits end what it holds, and nothing else of the session.
export const endGrantsBeyondPolicy: Write<Of<'end-grants-beyond-policy'>> = ({ grantIds, rules, at }) => {
  const { values, place, now } = openPlaces(at);
  const judged = judgedSessions(rules, { row: 'grant', place, now });
  const text = `
    WITH held AS MATERIALIZED (
      SELECT g.id ${judged.from()} AND g.id = ANY (${place(grantIds, 'uuid[]')}) AND ${judged.isOver}
      ORDER BY s.id, g.id FOR NO KEY UPDATE OF s
    )
    UPDATE grants g SET status = 'ended', ended_at = ${now}, end_reason = 'policy-changed' FROM held
    WHERE g.tenant_id = $1 AND g.id = held.id AND g.status = 'active' RETURNING g.id`;
  return {
    name: nameOf('end-grants-beyond-policy', text),
    text,
    values,
    expects: 0,
    tells: endedGrants,
  };
};

export const notePolicyEnforced: Write<Of<'note-policy-enforced'>> = ({ version }) => ({
  name: 'note-policy-enforced',
  text: `
    UPDATE tenants SET policy_enforced_version = $2
    WHERE id = $1 AND policy_version = $2 AND policy_enforced_version < $2`,
  values: [version],
  expects: 1,
});

function asked(of: SessionsAsked, place: Place): string {
  return 'userId' in of
    ? `s.user_id = ${place(of.userId, 'uuid')}`
    : `s.id = ANY (${place(of.sessionIds, 'uuid[]')})`;
}

/** A document decides the text, so the text decides the name under which PostgreSQL keeps it. */
function nameOf(kind: string, text: string): string {
  return `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
