import type { AuthenticationPolicy } from '../policy/policy.ts';
import { isAtLeast } from './assurance.ts';
import type { Session } from './session.ts';

/**
 * Whether what a live session has proved is what policy asks of everybody who signs in now. It may have begun under another
 * policy, or its person was given a role since.
 */
export function isProvenEnough(
  { acr, amr }: Pick<Session, 'acr' | 'amr'>,
  { factors, passkey }: Pick<AuthenticationPolicy, 'factors' | 'passkey'>,
): boolean {
  if (factors.required === 1 && !factors.isPhishingResistant) return true;
  if (!isAtLeast(acr, passkey.attestation === 'verified' ? 'urn:argus:aal3' : 'urn:argus:aal2')) return false;
  return !factors.isPhishingResistant || amr.some((method) => method === 'hwk' || method === 'swk');
}
