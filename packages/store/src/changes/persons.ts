import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdTenant } from './hold-tenant.ts';
import { keepsRuler } from './rulers.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

export const beginUserErasure: Write<Of<'begin-user-erasure'>> = ({ userId, key, at }) => ({
  first: holdTenant,
  name: 'begin-user-erasure',
  text: `
    WITH going AS (
      UPDATE users u SET status = 'erasing'
      WHERE u.tenant_id = $1 AND u.id = $2 AND u.status <> 'erasing' AND ${keepsRuler(`'{}'::text[]`)} RETURNING u.id
    )
    INSERT INTO erasures (tenant_id, user_id, key, begun_at) SELECT $1, id, $3, $4 FROM going RETURNING user_id AS id`,
  values: [userId, key, timestamp(at)],
  expects: 1,
  tells: () => [{ type: 'user-ended', sub: userId }],
});
