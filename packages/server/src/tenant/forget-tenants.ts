import type { TenantId } from '@argus/contract';
import type { Services } from '../services.ts';

/** What this process knows of clients, services and policies tells of their tenants, too: the next look is fresh. */
export function forgetTenants(
  { tenants, clientsAnywhere, servicesAnywhere, policies }: Services,
  changed: TenantId,
): void {
  tenants.forget();
  clientsAnywhere.forget();
  servicesAnywhere.forget();
  policies.forget(changed);
}
