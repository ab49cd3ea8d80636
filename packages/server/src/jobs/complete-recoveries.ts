import type { TenantId } from '@argus/contract';
import type { Recovery } from '@argus/core';
import { dueRecoveries, userFacts } from '@argus/store';
import { noticeChanges } from '../recovery/notice.ts';
import { type Services, stamp } from '../services.ts';
import { actingFor } from '../tenant/address.ts';

/** In one run; the rest waits for the next. */
const width = 100;

/** Take away the second factors that administrators were asked to, and that nobody stopped. Answers how many. */
export async function completeRecoveries(services: Services): Promise<number> {
  const now = services.clock.now();
  let completed = 0;
  for (const due of await dueRecoveries(services.store.pool, { now, limit: width }))
    if (await complete(await actingFor(services, due.tenant), due)) completed += 1;
  return completed;
}

async function complete(
  services: Services,
  { tenant, userId, startedBy }: Recovery & { readonly tenant: TenantId },
): Promise<boolean> {
  const at = services.clock.now();
  const record = await userFacts(services.store.pool, tenant, { userId, secretHash: null });
  if (!record) return false;
  const by = { actor: 'system' };
  const origin = { ip: null, userAgent: null };
  const { isCommitted } = await services.store.commit({
    tenant,
    changes: [
      { kind: 'complete-recovery', userId, at },
      { kind: 'end-sessions-of-user', userId, reason: 'account-recovered', at, by },
      { kind: 'remove-second-factors', userId },
      { kind: 'forget-devices', userId },
      { kind: 'end-links', userId, kinds: ['stop-recovery'], at },
      ...noticeChanges(
        services,
        { tenant, user: record.user, origin, at },
        {
          draft: ({ name, by: done, link }) => ({
            kind: 'authenticator-removed',
            name,
            by: done,
            link,
            authenticator: 'totp',
          }),
        },
      ),
    ],
    events: stamp(services, at, [{ type: 'recovery.completed', ...by, userId, details: { startedBy } }]),
  });
  return isCommitted;
}
