import type { ClientId, TenantId, UserId } from '@argus/contract';
import type { Consent } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { consentOfRow } from '../tables/oauth-rows.ts';
import type { Row } from '../tables/rows.ts';
import { nameCursor, type Page, type PageRequest, pageOf } from './page.ts';

export interface ConsentRecord {
  readonly consent: Consent;
  readonly clientName: string;
}

/** What a person agreed to with a client, expired or not. */
export async function consentOf(
  pool: Pool,
  tenant: TenantId,
  { userId, clientId }: { readonly userId: UserId; readonly clientId: ClientId },
): Promise<Consent | null> {
  const { rows } = await pool.query<Row>({
    name: 'consent-of',
    text: 'SELECT * FROM consents WHERE tenant_id = $1 AND user_id = $2 AND client_id = $3',
    values: [tenant, userId, clientId],
  });
  return rows[0] ? consentOfRow(rows[0]) : null;
}

/** A person's consents in the order of the clients' ids. */
export async function consentsOfUser(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest & { readonly userId: UserId },
): Promise<Page<ConsentRecord>> {
  const { rows } = await pool.query<Row>({
    name: 'consents-of-user',
    text: `
      SELECT n.*, c.settings ->> 'name' AS client_name
      FROM consents n JOIN clients c ON c.tenant_id = n.tenant_id AND c.id = n.client_id
      WHERE n.tenant_id = $1 AND n.user_id = $2 AND ($3::text IS NULL OR n.client_id > $3)
      ORDER BY n.client_id LIMIT $4`,
    values: [tenant, ask.userId, nameCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, {
    item: (row) => ({ consent: consentOfRow(row), clientName: row.client_name }),
    cursor: (row) => row.client_id,
  });
}
