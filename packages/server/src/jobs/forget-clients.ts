import { unusedClients } from '@argus/store';
import { clientEvent, commitForClient } from '../flows/commit-client.ts';
import type { Services } from '../services.ts';

/** How long a client that registered itself may wait for the next person who lets it in. */
const unusedMs = 30 * 86_400_000;
/** In one run; the rest waits for the next. */
const most = 100;

/** Remove clients that registered themselves and that nobody uses. Answers how many went. */
export async function forgetUnusedClients(services: Services): Promise<number> {
  const at = services.clock.now();
  const since = at - unusedMs;
  let gone = 0;
  for (const { tenant, clientId } of await unusedClients(services.store.pool, { since, limit: most })) {
    const removed = clientEvent({ actor: 'system', origin: nowhere }, 'client.removed', clientId);
    const isWritten = await commitForClient(
      services,
      { tenant },
      {
        at,
        changes: [{ kind: 'remove-client', clientId, ifUnusedSince: since }],
        events: [{ ...removed, reason: 'unused' }],
      },
    );
    if (isWritten) gone += 1;
  }
  return gone;
}

const nowhere = { ip: null, userAgent: null };
