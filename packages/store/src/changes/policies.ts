import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// The tenant's row is what every refresh asks for its version, so whoever wrote before this is behind it and whoever
// comes after it decides anew. The feed's row comes after it, as wherever both are written.
export const setPolicy: Write<Of<'set-policy'>> = (change) => ({
  name: 'set-policy',
  text: `
    WITH moved AS (
      UPDATE tenants SET policy_version = policy_version + 1 WHERE id = $1 AND policy_version = $2
      RETURNING id, policy_version
    ), superseded AS (
      UPDATE policies p SET superseded_at = $3 FROM moved WHERE p.tenant_id = moved.id AND p.version = $2
    ), noted AS (
      UPDATE feeds f SET policy = $8 FROM moved WHERE f.tenant_id = moved.id
    )
    INSERT INTO policies (tenant_id, version, document, author, note, restored_from, created_at)
    SELECT moved.id, moved.policy_version, $4, $5, $6, $7, $3 FROM moved`,
  values: [
    change.expected,
    timestamp(change.at),
    JSON.stringify(change.document),
    change.author,
    change.note,
    change.restoredFrom,
    JSON.stringify(change.feed),
  ],
  expects: 1,
  tells: () => [{ type: 'policy-changed', ...change.feed }],
});

export const setSessionRisk: Write<Of<'set-session-risk'>> = ({ sessionId, riskLevel }) => ({
  name: 'set-session-risk',
  text: `UPDATE sessions SET risk_level = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'active'`,
  values: [sessionId, riskLevel],
  expects: 1,
});
