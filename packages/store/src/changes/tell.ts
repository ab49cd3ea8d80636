import type { Told } from '@argus/contract';
import type { Client } from '../postgres/pool.ts';

/** Leave what happened for the feed, in the transaction in which it happens. It is numbered when that is committed. */
export async function tellFeed(
  client: Pick<Client, 'query'>,
  tenant: string,
  told: readonly Told[],
): Promise<void> {
  if (told.length === 0) return;
  await client.query({
    name: 'tell-feed',
    text: 'INSERT INTO feed_pending (tenant_id, event) SELECT $1, unnest($2::jsonb[])',
    values: [tenant, told.map((event) => JSON.stringify(event))],
  });
}

/** The same for every tenant: keys and programs are the installation's. */
export async function tellEveryFeed(client: Pick<Client, 'query'>, told: Told): Promise<void> {
  await client.query({
    name: 'tell-every-feed',
    text: 'INSERT INTO feed_pending (tenant_id, event) SELECT tenant_id, $1 FROM feeds',
    values: [JSON.stringify(told)],
  });
}
