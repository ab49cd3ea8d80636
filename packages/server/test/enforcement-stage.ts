import type { SessionId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';

export interface Row {
  readonly state: string;
  readonly end_reason: string | null;
  readonly created_at: number;
  readonly last_active_at: number;
  readonly idle_expires_at: number;
  readonly absolute_expires_at: number;
}

/** A session as it is stored. */
export async function rowOf(server: TestServer, sessionId: SessionId): Promise<Row> {
  const { rows } = await server.argus.services.store.pool.query<Row>('SELECT * FROM sessions WHERE id = $1', [
    sessionId,
  ]);
  if (!rows[0]) throw new Error('there is no such session');
  return rows[0];
}

/** Another node of the same installation. */
export function otherNode(server: TestServer) {
  const { databaseUrl } = server.argus.services.config;
  return {
    clock: server.clock,
    dataDir: server.dataDir,
    ...(databaseUrl ? { databaseUrl } : {}),
  };
}
