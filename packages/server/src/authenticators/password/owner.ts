import type { TenantId, UserId } from '@argus/contract';
import {
  hasSecondFactor,
  type PasswordRule,
  type PolicySubject,
  passwordRuleOf,
  readUserAgent,
} from '@argus/core';
import type { SignInRecord } from '@argus/store';
import type { CallOrigin } from '../../http/caller.ts';
import type { Services } from '../../services.ts';

/** Whose password it is to be. */
export interface PasswordOwner {
  readonly tenant: TenantId;
  /** Canonical. */
  readonly email: string;
  readonly name?: string | null | undefined;
  /** Whom the policy is asked for. */
  readonly subject: PolicySubject;
  readonly hasSecondFactor: boolean;
  /** Who may have had passwords before; absent for somebody new. */
  readonly had?: { readonly userId: UserId; readonly phc: string | null };
}

interface NewPerson {
  /** Absent: no matter. */
  readonly email?: string | undefined;
  readonly name?: string | null | undefined;
  readonly id?: UserId;
  readonly roles?: readonly string[];
  readonly groups?: readonly string[] | undefined;
}

/** Somebody whose account is being made; `origin` is absent where others make it. */
export function newOwner(
  tenant: TenantId,
  { email = '', name, id, roles = [], groups = [] }: NewPerson,
  origin?: Pick<CallOrigin, 'userAgent'>,
): PasswordOwner {
  const known = origin && ({ deviceClass: readUserAgent(origin.userAgent).type, riskLevel: 'low' } as const);
  return { tenant, email, name, subject: { userId: id, roles, groups, ...known }, hasSecondFactor: false };
}

/** Somebody who has an account. */
export function ownerOf(
  tenant: TenantId,
  { user, phc, enrolled }: Pick<SignInRecord, 'user' | 'phc' | 'enrolled'>,
  origin: Pick<CallOrigin, 'userAgent'>,
): PasswordOwner {
  const had = { userId: user.id, phc };
  return { ...newOwner(tenant, user, origin), hasSecondFactor: hasSecondFactor(enrolled), had };
}

/** The rule that a password of this person is held to, as pages tell it. */
export async function ruleFor(
  services: Pick<Services, 'policies'>,
  owner: Pick<PasswordOwner, 'tenant' | 'subject' | 'hasSecondFactor'>,
): Promise<PasswordRule> {
  const { authentication } = await services.policies.effective(owner.tenant, owner.subject);
  return passwordRuleOf(authentication, owner.hasSecondFactor);
}
