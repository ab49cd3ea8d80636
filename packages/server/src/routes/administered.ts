import { type AdminEndpoint, defaultTenant, type TenantId } from '@argus/contract';
import type { Ender } from '../flows/end-sessions.ts';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import type { Call } from '../http/route.ts';
import type { Services } from '../services.ts';
import { isOperatorKey, operatorOf } from './operator.ts';

export interface AdminCall extends Pick<Call, 'headers' | 'cookies' | 'origin' | 'isLocal' | 'method'> {
  readonly endpoint: AdminEndpoint;
}

/** Go on only for who may administer the tenant that the query names. */
export async function administered(
  services: Services,
  call: AdminCall & { readonly query: { readonly tenant: string } },
  next: (by: Ender) => Promise<Answer>,
): Promise<Answer> {
  const by = await operatorOf(services, call, call.query.tenant as TenantId);
  return isRefused(by) ? problemAnswer(by) : next(by);
}

/** Go on only for the operator: keys and documents concern the whole installation, not one tenant. */
export async function installed(
  services: Services,
  call: AdminCall,
  next: (by: Ender) => Promise<Answer>,
): Promise<Answer> {
  if (!isOperatorKey(services, call)) return problemAnswer({ refused: 'operator_key_required' });
  return next({ tenant: defaultTenant, actor: 'operator', origin: call.origin });
}
