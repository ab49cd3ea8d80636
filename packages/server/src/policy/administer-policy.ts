import { isDeepStrictEqual } from 'node:util';
import type { PolicyDocument, TenantId } from '@argus/contract';
import { type Entitled, policyDifference, policyResolver } from '@argus/core';
import { type PolicyVersion, policyVersion, tenantById } from '@argus/store';
import { type Administrator, expectOwnRights } from '../flows/administrator.ts';
import type { Refused } from '../http/answer.ts';
import type { Precondition } from '../http/precondition.ts';
import { type Services, stamp } from '../services.ts';
import { enforceSoon } from './enforce-policy.ts';
import { refusePolicy } from './judge-policy.ts';
import { refuseToOthers } from './owners-alone.ts';

/** A policy that somebody wants in force. */
export interface WantedPolicy {
  readonly document: PolicyDocument;
  readonly note?: string | undefined;
  readonly restoredFrom?: number;
  /** Which version it may follow. */
  readonly follows: Precondition;
}

/** Put a policy in force as the next version; one that is the same as before makes none. */
export async function setPolicy(
  services: Services,
  by: Administrator,
  wanted: WantedPolicy,
): Promise<PolicyVersion | Refused> {
  const { pool } = services.store;
  const standing = await standingOf(services, by.tenant);
  if (!standing) return { refused: 'not_found' };
  if (!wanted.follows(standing.version)) return { refused: 'precondition_failed' };
  if (isDeepStrictEqual(standing.document, wanted.document)) return standing;
  const { document: before } = standing;
  const refused =
    refusePolicy(standing, wanted.document) ??
    (await refuseToOthers(services, by, { before, after: wanted.document }));
  if (refused) return refused;
  const isWritten = await write(services, by, { standing, wanted });
  if (!isWritten) return { refused: 'precondition_failed' };
  const version = standing.version + 1;
  return (await policyVersion(pool, by.tenant, { version })) ?? { refused: 'not_found' };
}

/** Put an earlier version in force again. What may no longer be set is refused, as if it were new. */
export async function restorePolicy(
  services: Services,
  by: Administrator,
  { version, ...how }: { readonly version: number } & Pick<WantedPolicy, 'note' | 'follows'>,
): Promise<PolicyVersion | Refused> {
  const earlier = await policyVersion(services.store.pool, by.tenant, { version });
  if (!earlier) return { refused: 'not_found' };
  return setPolicy(services, by, { ...how, document: earlier.document, restoredFrom: version });
}

export type Standing = PolicyVersion & Entitled;

/** The policy in force, and what the tenant pays for. */
export async function standingOf({ store }: Services, tenant: TenantId): Promise<Standing | null> {
  const [inForce, owner] = await Promise.all([
    policyVersion(store.pool, tenant),
    tenantById(store.pool, tenant),
  ]);
  return inForce && owner && { ...inForce, plan: owner.plan, addOns: owner.addOns };
}

async function write(
  services: Services,
  by: Administrator,
  { standing, wanted }: { readonly standing: Standing; readonly wanted: WantedPolicy },
): Promise<boolean> {
  const { tenant, actor, origin } = by;
  const at = services.clock.now();
  const { document, note = null, restoredFrom = null } = wanted;
  const details = detailsOf(standing, wanted);
  const written = await services.store.commit({
    tenant,
    changes: [
      {
        kind: 'set-policy',
        expected: standing.version,
        document,
        author: actor,
        note,
        restoredFrom,
        feed: policyResolver(document).resolve({}).feed,
        at,
      },
      // Behind it: whoever gives and takes roles holds the tenant first.
      ...expectOwnRights(by),
    ],
    events: stamp(services, at, [{ type: 'policy.changed', actor, origin, details }]),
  });
  services.policies.forget(tenant);
  if (written.isCommitted) await enforceSoon(services, tenant);
  return written.isCommitted;
}

/** A line of the audit log is no archive: the versions are. */
const mostTold = 50;

function detailsOf(standing: Standing, { document, note, restoredFrom }: WantedPolicy) {
  const difference = policyDifference(standing.document, document);
  return {
    version: standing.version + 1,
    difference: difference.slice(0, mostTold),
    differences: difference.length,
    ...(note === undefined ? {} : { note }),
    ...(restoredFrom === undefined ? {} : { restoredFrom }),
  };
}
