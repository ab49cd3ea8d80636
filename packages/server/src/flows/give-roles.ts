import type { Instant, UserId } from '@argus/contract';
import type { Change } from '@argus/core';

/** Roles of somebody who is here already. A link that lies somewhere opens nothing that it was not sent for. */
export function givingRoles(userId: UserId, roles: readonly string[], at: Instant): Change[] {
  return [
    { kind: 'set-user-roles', userId, roles },
    { kind: 'end-links', userId, kinds: ['invitation', 'reset-password'], at },
  ];
}
