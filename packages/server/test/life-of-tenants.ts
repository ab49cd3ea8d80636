import { endTenants } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { withKey } from './stage.ts';

/** A tenant that is created, changed, closed, opened again and erased; and the tenant of everybody, closed for a moment. */
export async function playTenants(server: TestServer): Promise<void> {
  const headers = await withKey(server);
  const operator = userAgent(server);
  const id = 'brief';
  const call = { headers, params: { id } };
  for (const each of [id, 'lasting']) {
    await operator.call('adminCreateTenant', { headers, body: { id: each, name: 'Brief' } });
    const changes = { name: 'Briefer', plan: 'professional' };
    await operator.call('adminChangeTenant', { headers, params: { id: each }, body: changes });
  }
  for (const each of [id, 'default']) {
    await operator.call('adminSuspendTenant', { headers, params: { id: each } });
    await settle(server);
    await operator.call('adminResumeTenant', { headers, params: { id: each } });
  }
  await operator.call('adminSuspendTenant', call);
  await settle(server);
  await operator.call('adminEraseTenant', { ...call, body: { confirm: id } });
  await endTenants(server.argus.services);
}

async function settle(server: TestServer): Promise<void> {
  server.clock.advance(5_000);
  await endTenants(server.argus.services);
}
