import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/** The name of a delivery: a session's id, which is always as long, and its client's. */
export const deliveryId = (sessionId: string, clientId: string): string => `${sessionId}.${clientId}`;
const namesOf = (id: string): [sessionId: string, clientId: string] => [id.slice(0, 36), id.slice(37)];

export const settleLogoutDelivery: Write<Of<'settle-logout-delivery'>> = ({ id, attempts, dueAt }) =>
  dueAt === null
    ? {
        name: 'finish-logout-delivery',
        text: 'DELETE FROM logout_deliveries WHERE tenant_id = $1 AND session_id = $2 AND client_id = $3 AND attempts = $4',
        values: [...namesOf(id), attempts],
        expects: 1,
      }
    : {
        name: 'put-off-logout-delivery',
        text: `UPDATE logout_deliveries SET due_at = $5
          WHERE tenant_id = $1 AND session_id = $2 AND client_id = $3 AND attempts = $4`,
        values: [...namesOf(id), attempts, timestamp(dueAt)],
        expects: 1,
      };
