import type { TenantId, UserId } from '@argus/contract';
import { type Change, canonicalName, type User } from '@argus/core';
import type { Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';

export interface NewUser {
  /** Canonical. */
  readonly email: string;
  readonly name?: string | undefined;
  readonly roles: readonly string[];
  readonly groups?: readonly string[] | undefined;
  /** Mail was seen to arrive there. */
  readonly isEmailVerified?: boolean;
}

/** A user that does not exist yet, and the change that makes it so. */
export function newUser(
  { random, clock }: Services,
  tenant: TenantId,
  of: NewUser,
): { user: User; change: Change } {
  const at = clock.now();
  const user: User = {
    id: random.uuid() as UserId, // a fresh name
    tenant,
    email: of.email,
    name: canonicalName(of.name),
    roles: of.roles,
    groups: of.groups ?? [],
    status: 'active',
    createdAt: at,
    emailVerifiedAt: of.isEmailVerified ? at : null,
  };
  return { user, change: { kind: 'create-user', user } };
}

/** The answer to a text that no e-mail can be sent to. */
export const notAnAddress: Refused = {
  refused: 'invalid_request',
  errors: [{ path: 'body.email', message: 'is not an e-mail address' }],
};
