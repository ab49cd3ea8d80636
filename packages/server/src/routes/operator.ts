import type { AdminEndpoint, TenantId } from '@argus/contract';
import { mayChange } from '../account/may-change.ts';
import { type Administrator, administratorFrom, denied, operatorIn } from '../flows/administrator.ts';
import { currentSession } from '../flows/current-session.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import { isOwnPage } from '../http/csrf.ts';
import type { Call } from '../http/route.ts';
import { hashOf, isEqual } from '../secrets.ts';
import type { Services } from '../services.ts';

export interface AdminCall extends Pick<Call, 'headers' | 'cookies' | 'origin' | 'isLocal' | 'method'> {
  readonly endpoint: AdminEndpoint;
}

/**
 * Who administers: the operator at this machine with the key from the data directory, or a freshly signed-in person
 * whose roles carry, at this moment and in the own tenant, what the call takes.
 */
export async function operatorOf(
  services: Services,
  call: AdminCall,
  tenant: TenantId,
): Promise<Administrator | Refused> {
  const { origin } = call;
  if (call.headers.authorization !== undefined)
    return isOperatorKey(services, call)
      ? operatorIn({ tenant, origin })
      : { refused: 'operator_key_required' };
  const current = await currentSession(services, call.cookies);
  if (isRefused(current)) return current.needs ? current : { refused: 'operator_key_required' };
  if (call.method !== 'GET' && !isOwnPage(call.headers, services.config.origins))
    return { refused: 'foreign_origin' };
  const by = administratorFrom(current, origin);
  const { permission, method, path } = call.endpoint;
  const reason = current.tenant === tenant ? 'permission' : 'other-tenant';
  if (reason === 'other-tenant' || !by.may.has(permission))
    return denied(services, by, { permission, reason, details: { call: `${method} ${path}` } });
  const allowed = await mayChange(services, current, 'admin');
  return isRefused(allowed) ? allowed : by;
}

/** The key works from this machine alone: whoever can read it from the data directory is on it. */
export function isOperatorKey(
  { operatorKeyHash }: Services,
  call: Pick<Call, 'headers' | 'isLocal'>,
): boolean {
  const key = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(call.headers.authorization ?? '')?.[1];
  return (
    call.isLocal && key !== undefined && isEqual(Buffer.from(hashOf(key)).toString('hex'), operatorKeyHash)
  );
}
