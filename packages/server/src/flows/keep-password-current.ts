import type { Change, EventDraft } from '@argus/core';
import type { SignInRecord } from '@argus/store';
import type { CallOrigin } from '../http/caller.ts';
import type { Services } from '../services.ts';

export interface Kept {
  /** The person with the hash that is stored once the changes are written. */
  readonly record: SignInRecord;
  readonly changes: readonly Change[];
  readonly events: readonly EventDraft[];
}

/**
 * What else to write once a password was proved: its hash at today's cost, when the stored one is of another kind or
 * cheaper. Only now is the password at hand (OWASP ASVS 5.0 §11.4.2). Whoever loses the race finds it done.
 */
export async function keepPasswordCurrent(
  { passwords }: Services,
  record: SignInRecord,
  { password, origin }: { readonly password: string; readonly origin: CallOrigin },
): Promise<Kept> {
  const { phc: expected, user } = record;
  if (expected === null || passwords.isCurrent(expected)) return { record, changes: [], events: [] };
  const phc = await passwords.hash(password, 'known');
  return {
    record: { ...record, phc },
    changes: [{ kind: 'rehash-password', userId: user.id, phc, expected }],
    events: [{ type: 'user.password-rehashed', actor: 'user', userId: user.id, origin }],
  };
}
