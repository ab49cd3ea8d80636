import type { TestServer } from '@argus/testing/server';
import { type Reply, type Sending, userAgent } from '@argus/testing/user-agent';
import type { EndpointName } from './routes.ts';
import { withKey } from './stage.ts';

/** The operator at this machine, asking in a tenant. */
export type Operator = (name: EndpointName, sending?: Sending, tenant?: string) => Promise<Reply>;

/** An operator of a server that has a second tenant, `other`. */
export async function operatorOf(server: TestServer): Promise<Operator> {
  const headers = await withKey(server);
  const agent = userAgent(server);
  await agent.call('adminApply', { headers, body: { tenants: [{ id: 'other' }] } });
  return (name, sending = {}, tenant = 'default') =>
    agent.call(name, {
      ...sending,
      headers: { ...sending.headers, ...headers },
      ...(name === 'adminApply' ? {} : { query: { tenant, ...sending.query } }),
    });
}

/** What the audit log of a tenant says of a type, the newest first. */
export async function told(
  operator: Operator,
  type: string,
  tenant = 'default',
  // biome-ignore lint/suspicious/noExplicitAny: tests look at details of many shapes
): Promise<readonly any[]> {
  return (await operator('adminListAuditEvents', { query: { type, limit: '100' } }, tenant)).body.events;
}
