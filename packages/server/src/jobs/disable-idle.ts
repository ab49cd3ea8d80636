import type { TenantId, UserId } from '@argus/contract';
import { presetPolicy, presets } from '@argus/core';
import { type IdleUser, idleUsers, tenantsDisablingIdle } from '@argus/store';
import { mailChange } from '../mail/mail-change.ts';
import { type Services, stamp } from '../services.ts';
import { actingFor } from '../tenant/address.ts';

/** Tenants and users in one run; the rest waits for the next. */
const width = 100;

/** Where the search goes on at its next run. */
export interface IdleSearch {
  tenant: string;
  user: UserId | null;
}

/**
 * Disable accounts that nobody used for as long as policy says (PCI DSS 8.2.6, NIST SP 800-53 AC-2(3)), each in a commit of
 * its own. The last who rules a tenant stays. Answers how many went.
 */
export async function disableIdleAccounts(services: Services, search: IdleSearch): Promise<number> {
  const { pool } = services.store;
  const names = Object.values(presets).filter(({ name }) => mayDisable(name));
  const ask = { presets: names.map(({ name }) => name), after: search.tenant, limit: 1 };
  let [disabled, seen] = [0, 0];
  while (seen < width) {
    const [tenant] = await tenantsDisablingIdle(pool, ask);
    if (tenant === undefined) {
      search.tenant = '';
      search.user = null;
      return disabled;
    }
    const found = await candidates(services, tenant, { after: search.user, limit: width - seen });
    for (const each of found) if (await disable(services, tenant, each)) disabled += 1;
    seen += Math.max(1, found.length);
    const isDone = found.length === 0;
    search.user = isDone ? null : (found.at(-1)?.user.id ?? null);
    if (isDone) {
      search.tenant = tenant;
      ask.after = tenant;
    }
  }
  return disabled;
}

function mayDisable(name: Parameters<typeof presetPolicy>[0]): boolean {
  return presetPolicy(name).accounts.disableIdleSeconds !== null || presets[name].overrides !== undefined;
}

/** By the shortest time that anybody in the tenant may have; whose is longer is left when looked at. */
async function candidates(
  services: Services,
  tenant: TenantId,
  { after, limit }: { readonly after: UserId | null; readonly limit: number },
): Promise<readonly IdleUser[]> {
  const { shortestIdleSeconds } = await services.policies.of(tenant);
  if (shortestIdleSeconds === null) return [];
  const since = services.clock.now() - shortestIdleSeconds * 1000;
  return idleUsers(services.store.pool, tenant, { since, after, limit });
}

async function disable(services: Services, tenant: TenantId, { user, usedAt }: IdleUser): Promise<boolean> {
  const at = services.clock.now();
  const { id: userId, roles, groups } = user;
  const { accounts } = await services.policies.effective(tenant, { userId, roles, groups });
  const seconds = accounts.disableIdleSeconds;
  if (seconds === null || at < usedAt + seconds * 1000) return false;
  const by = { actor: 'system', origin: { ip: null, userAgent: null } };
  const draft = { kind: 'account-disabled', name: user.name, unusedSince: usedAt } as const;
  const acting = await actingFor(services, tenant);
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId },
      { kind: 'expect-unused', userId, since: usedAt },
      { kind: 'set-user-status', userId, status: 'disabled', at },
      { kind: 'end-sessions-of-user', userId, reason: 'user-disabled', at, by },
      mailChange(acting, tenant, { to: user.email, userId, draft }),
    ],
    events: stamp(services, at, [{ type: 'user.disabled', ...by, userId, reason: 'unused' }]),
  });
  if (written.isCommitted) services.metrics.idleAccounts.inc();
  return written.isCommitted;
}
