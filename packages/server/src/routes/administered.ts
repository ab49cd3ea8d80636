import { defaultTenant, type TenantId } from '@argus/contract';
import { type Administrator, operatorIn } from '../flows/administrator.ts';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { type AdminCall, isOperatorKey, operatorOf } from './operator.ts';

/** Go on only for whose roles carry the permission that the endpoint takes, in the tenant that the query names. */
export async function administered(
  services: Services,
  call: AdminCall & { readonly query: { readonly tenant: string } },
  next: (by: Administrator) => Promise<Answer>,
): Promise<Answer> {
  const by = await operatorOf(services, call, call.query.tenant as TenantId);
  return isRefused(by) ? problemAnswer(by) : next(by);
}

/** The same where the path names the tenant. */
export async function administeredTenant(
  services: Services,
  call: AdminCall & { readonly params: { readonly id: string } },
  next: (by: Administrator) => Promise<Answer>,
): Promise<Answer> {
  const by = await operatorOf(services, call, call.params.id as TenantId); // of the form that the contract gives it
  return isRefused(by) ? problemAnswer(by) : next(by);
}

/** Go on only for the operator: what takes `operate` concerns the whole installation, not one tenant. */
export async function installed(
  services: Services,
  call: AdminCall & { readonly endpoint: { readonly permission: 'operate' } },
  next: (by: Administrator) => Promise<Answer>,
): Promise<Answer> {
  if (!isOperatorKey(services, call)) return problemAnswer({ refused: 'operator_key_required' });
  return next(operatorIn({ tenant: defaultTenant, origin: call.origin }));
}
