import type { Instant, UserId } from '@argus/contract';
import type { Change } from '@argus/core';
import type { PasswordOwner } from '../authenticators/password/owner.ts';
import type { Services } from '../services.ts';

interface NewHash {
  readonly userId: UserId;
  readonly phc: string;
  readonly expected: string | null;
  readonly at: Instant;
}

/**
 * Set a password that was judged for this owner; what policy wants to remember of the one before is kept, and the tries
 * at it count no more.
 */
export async function settingPassword(
  services: Pick<Services, 'policies'>,
  { tenant, subject }: Pick<PasswordOwner, 'tenant' | 'subject'>,
  hash: NewHash,
): Promise<Change[]> {
  const { history } = (await services.policies.effective(tenant, subject)).authentication.password;
  return [
    { kind: 'set-password', ...hash, history },
    { kind: 'forget-password-tries', userId: hash.userId, isKnownDevice: null },
  ];
}
