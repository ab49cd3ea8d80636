import type { RefusalCode } from '@argus/contract';
import type { PasswordPolicy } from '../policy/policy.ts';

/**
 * Length only, counted in code points after NFC (NIST SP 800-63B-4 §3.1.1.2: no composition rules).
 * Returns the refusal, or null when the password may be used.
 */
export function passwordRefusal(password: string, policy: PasswordPolicy): RefusalCode | null {
  const length = [...canonicalPassword(password)].length;
  if (length < policy.minLength) return 'password_too_short';
  if (length > policy.maxLength) return 'password_too_long';
  return null;
}

/** The form that is hashed: NFC, nothing trimmed, nothing cut (ASVS 6.2.8). */
export function canonicalPassword(password: string): string {
  return password.normalize('NFC');
}
