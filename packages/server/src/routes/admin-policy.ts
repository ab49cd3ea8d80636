import { endpoints, type SessionId, type UserId } from '@argus/contract';
import { type PolicyVersion, policyVersion, policyVersions } from '@argus/store';
import type { Administrator } from '../flows/administrator.ts';
import { type Answer, isRefused, problemAnswer, type Refused } from '../http/answer.ts';
import { type Precondition, preconditionOf, versioned } from '../http/precondition.ts';
import { type Call, endpointRoute, type Route } from '../http/route.ts';
import { restorePolicy, setPolicy } from '../policy/administer-policy.ts';
import { effectivePolicy } from '../policy/effective-policy.ts';
import type { Services } from '../services.ts';
import { administered } from './administered.ts';
import { describeEffective, describeListed, describePolicy, describePresets } from './describe-policy.ts';

export const adminPolicyRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminShowPolicy, (services, call) =>
    administered(services, call, async (by) => {
      const inForce = await policyVersion(services.store.pool, by.tenant);
      return inForce ? inForceAnswer(inForce) : nothing;
    }),
  ),

  endpointRoute(endpoints.adminSetPolicy, (services, call) =>
    administered(services, call, (by) =>
      changing(call, (follows) =>
        setPolicy(services, by, { document: call.body, note: call.query.note, follows }),
      ),
    ),
  ),

  endpointRoute(endpoints.adminListPolicyVersions, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { limit, cursor } = call.query;
      const page = await policyVersions(services.store.pool, tenant, { limit, cursor });
      const versions = page.items.map(describeListed);
      return { status: 200, json: { versions, nextCursor: page.nextCursor } };
    }),
  ),

  endpointRoute(endpoints.adminShowPolicyVersion, (services, call) =>
    administered(services, call, (by) =>
      versionAnswer(services, by, { ...call.params, against: call.query.against }),
    ),
  ),

  endpointRoute(endpoints.adminRestorePolicy, (services, call) =>
    administered(services, call, (by) =>
      changing(call, (follows) => restorePolicy(services, by, { ...call.params, ...call.body, follows })),
    ),
  ),

  endpointRoute(endpoints.adminListPolicyPresets, (services, call) =>
    administered(services, call, async () => ({ status: 200, json: { presets: describePresets() } })),
  ),

  endpointRoute(endpoints.adminShowEffectivePolicy, (services, call) =>
    administered(services, call, async (by) => {
      const { user, session, client, deviceClass, riskLevel } = call.query;
      // Of the form that the contract gives them.
      const ids = { user: user as UserId | undefined, session: session as SessionId | undefined };
      const found = await effectivePolicy(services, by, { ...ids, client, deviceClass, riskLevel });
      return isRefused(found) ? problemAnswer(found) : { status: 200, json: describeEffective(found) };
    }),
  ),
];

const nothing = problemAnswer({ refused: 'not_found' });

/** Change a policy only where the caller says which version it may follow. */
async function changing(
  call: Pick<Call, 'headers'>,
  change: (follows: Precondition) => Promise<PolicyVersion | Refused>,
): Promise<Answer> {
  const follows = preconditionOf(call);
  const outcome = isRefused(follows) ? follows : await change(follows);
  return isRefused(outcome) ? problemAnswer(outcome) : inForceAnswer(outcome);
}

function inForceAnswer(inForce: PolicyVersion): Answer {
  return versioned({ status: 200, json: describePolicy(inForce, inForce.before) }, inForce.version);
}

async function versionAnswer(
  { store }: Services,
  { tenant }: Administrator,
  { version, against }: { readonly version: number; readonly against: number | undefined },
): Promise<Answer> {
  const wanted = await policyVersion(store.pool, tenant, { version });
  if (!wanted) return nothing;
  if (against === undefined) return { status: 200, json: describePolicy(wanted, wanted.before) };
  const other = await policyVersion(store.pool, tenant, { version: against });
  return other ? { status: 200, json: describePolicy(wanted, other.document) } : nothing;
}
