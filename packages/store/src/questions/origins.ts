import type { Pool } from '../postgres/pool.ts';

/** Whether an active client of any tenant registered this origin: a preflight names no client (Fetch §3.3.3). */
export async function isRegisteredOrigin(pool: Pool, origin: string): Promise<boolean> {
  const { rows } = await pool.query<{ yes: boolean }>({
    name: 'is-registered-origin',
    text: `SELECT EXISTS (SELECT FROM clients WHERE status = 'active' AND settings -> 'origins' ? $1) AS yes`,
    values: [origin],
  });
  return rows[0]?.yes === true;
}
