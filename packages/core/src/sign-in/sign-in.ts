import type { EventDraft, Origin } from '../audit/event.ts';
import type { User } from '../user/user.ts';

/** Why a sign-in was refused: for the audit log, never for the caller. */
export type SignInRefusal = 'unknown-user' | 'wrong-password' | 'no-password' | 'user-disabled';

export type SignInDecision =
  | { readonly kind: 'admit'; readonly user: User }
  | { readonly kind: 'refuse'; readonly event: EventDraft };

export interface SignInFacts {
  readonly user: User | null;
  readonly hasPassword: boolean;
}

/**
 * Judge a password sign-in. Every refusal looks the same from outside; a disabled user is told apart only
 * in the log, because the answer must not say which passwords are right.
 */
export function decideSignIn(facts: SignInFacts, isPasswordRight: boolean, origin: Origin): SignInDecision {
  const { user } = facts;
  const reason = refusalReason(facts, isPasswordRight);
  if (reason === null && user) return { kind: 'admit', user };
  return {
    kind: 'refuse',
    event: {
      type: 'sign-in.refused',
      actor: 'anyone',
      userId: user?.id,
      reason: reason ?? 'unknown-user',
      origin,
    },
  };
}

function refusalReason({ user, hasPassword }: SignInFacts, isPasswordRight: boolean): SignInRefusal | null {
  if (!user) return 'unknown-user';
  if (!hasPassword) return 'no-password';
  if (!isPasswordRight) return 'wrong-password';
  return user.status === 'active' ? null : 'user-disabled';
}
