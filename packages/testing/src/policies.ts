import { defaultTenant, type PolicyDocument, policyDocumentSchema, type TenantId } from '@argus/contract';
import { policyResolver } from '@argus/core';
import { type Enforced, enforcePolicy } from '@argus/server';
import { policyInForce } from '@argus/store';
import type { TestServer } from './server.ts';

/** What is written in a document, before its defaults. */
export type WrittenPolicy = Parameters<typeof policyDocumentSchema.parse>[0];

/** Save a document as the next version, as a node does that dies right after. */
export async function savePolicy(
  server: TestServer,
  written: WrittenPolicy,
  tenant: TenantId = defaultTenant,
): Promise<void> {
  const { store } = server.argus.services;
  const at = server.clock.now();
  const document: PolicyDocument = policyDocumentSchema.parse(written);
  const inForce = await policyInForce(store.pool, tenant, { now: at });
  const { feed } = policyResolver(document).resolve({});
  const about = { author: 'operator', note: null, restoredFrom: null, feed, at };
  const change = { kind: 'set-policy', expected: inForce?.version ?? 0, document, ...about } as const;
  const { isCommitted } = await store.commit({ tenant, changes: [change], events: [] });
  if (!isCommitted) throw new Error('somebody else saved a policy');
}

/** Save a document and hold the live sessions against it. */
export async function changePolicy(
  server: TestServer,
  written: WrittenPolicy,
  tenant: TenantId = defaultTenant,
): Promise<Enforced> {
  await savePolicy(server, written, tenant);
  return enforcePolicy(server.argus.services, tenant);
}

export { endEarlyOnes, enforcePolicies } from '@argus/server';
