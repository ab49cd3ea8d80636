import type { Client, Pool } from './pool.ts';

/**
 * Work that is done whole or not at all, on one connection: committed when its outcome is good, rolled back when it is not
 * or a fault throws.
 */
export async function inTransaction<Outcome>(
  pool: Pool,
  work: (client: Client) => Promise<Outcome>,
  isGood: (outcome: Outcome) => boolean = () => true,
): Promise<Outcome> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('BEGIN');
    const outcome = await work(client);
    await client.query(isGood(outcome) ? 'COMMIT' : 'ROLLBACK');
    isBroken = false;
    return outcome;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => {
        isBroken = false;
      },
      () => undefined, // the connection is gone; the server rolls back by itself
    );
    throw error;
  } finally {
    client.release(isBroken);
  }
}
