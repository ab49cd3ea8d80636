import type { RefusalCode } from '@argus/contract';
import type { AuthenticationPolicy, PasswordPolicy } from '../policy/policy.ts';

/** What a new password is held to, for one person. */
export type PasswordRule = Pick<PasswordPolicy, 'minLength' | 'maxLength' | 'composition'>;

/**
 * The rule for somebody: where a second factor is set up or demanded the password never stands alone, and may be shorter
 * (NIST SP 800-63B-4 §3.1.1.2).
 */
export function passwordRuleOf(
  { factors, password }: Pick<AuthenticationPolicy, 'factors' | 'password'>,
  hasSecondFactor: boolean,
): PasswordRule {
  const { minLength, minLengthWithSecondFactor, maxLength, composition } = password;
  const standsAlone = factors.required === 1 && !hasSecondFactor;
  return { minLength: standsAlone ? minLength : minLengthWithSecondFactor, maxLength, composition };
}

/**
 * Length in code points after NFC, and what some standards ask for beside it. Returns the refusal, or null when nothing
 * in the password itself speaks against it.
 */
export function passwordRefusal(password: string, rule: PasswordRule): RefusalCode | null {
  const canonical = canonicalPassword(password);
  const length = [...canonical].length;
  if (length < rule.minLength) return 'password_too_short';
  if (length > rule.maxLength) return 'password_too_long';
  return isComposed(canonical, rule.composition) ? null : 'password_composition';
}

// PCI DSS 8.3.6 alone; NIST SP 800-63B-4 §3.1.1.2 and ASVS 6.2.5 want nothing of the kind.
function isComposed(password: string, composition: PasswordRule['composition']): boolean {
  switch (composition) {
    case 'none':
      return true;
    case 'letters-and-digits':
      return /\p{L}/u.test(password) && /\p{Nd}/u.test(password);
  }
}

/** The form that is hashed: NFC, nothing trimmed, nothing cut (ASVS 6.2.8). */
export function canonicalPassword(password: string): string {
  return password.normalize('NFC');
}
