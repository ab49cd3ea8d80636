import { administratorRole, type TenantId } from '@argus/contract';
import { mayChange } from '../account/may-change.ts';
import { currentSession } from '../flows/current-session.ts';
import type { Ender } from '../flows/end-sessions.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import { isOwnPage } from '../http/csrf.ts';
import type { Call } from '../http/route.ts';
import { hashOf, isEqual } from '../secrets.ts';
import type { Services } from '../services.ts';

/**
 * Who administers: the operator at this machine with the key from the data directory, or a freshly signed-in
 * administrator, who rules over the own tenant only.
 */
export async function operatorOf(
  services: Services,
  call: Pick<Call, 'headers' | 'cookies' | 'origin' | 'isLocal' | 'method'>,
  tenant: TenantId,
): Promise<Ender | Refused> {
  const { authorization } = call.headers;
  if (authorization !== undefined) {
    return isOperatorKey(services, call)
      ? { tenant, actor: 'operator', origin: call.origin }
      : { refused: 'operator_key_required' };
  }
  const current = await currentSession(services, call.cookies);
  if (isRefused(current)) return { refused: 'operator_key_required' };
  if (call.method !== 'GET' && !isOwnPage(call.headers, services.config.origins))
    return { refused: 'foreign_origin' };
  const isAdministrator = current.user.roles.includes(administratorRole) && current.tenant === tenant;
  if (!isAdministrator) return { refused: 'denied' };
  const allowed = await mayChange(services, current, 'admin');
  if (isRefused(allowed)) return allowed;
  return { tenant, actor: `administrator:${current.user.id}`, origin: call.origin };
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
