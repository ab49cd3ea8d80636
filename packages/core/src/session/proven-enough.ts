import type { AssuranceLevel } from '@argus/contract';
import type { AuthenticationPolicy } from '../policy/policy.ts';
import { isAtLeast } from './assurance.ts';
import type { Session } from './session.ts';

type Asking = Pick<AuthenticationPolicy, 'factors' | 'passkey'>;

/**
 * Whether what a live session has proved is what policy asks of everybody who signs in now. It may have begun under another
 * policy, or its person was given a role since.
 */
export function isProvenEnough({ acr, amr }: Pick<Session, 'acr' | 'amr'>, asking: Asking): boolean {
  if (!isAtLeast(acr, levelAsked(asking))) return false;
  return !asking.factors.isPhishingResistant || amr.some((method) => method === 'hwk' || method === 'swk');
}

/** The level that policy asks of everybody. */
export function levelAsked({ factors, passkey }: Asking): AssuranceLevel {
  if (factors.required === 1 && !factors.isPhishingResistant) return 'urn:argus:aal1';
  return passkey.attestation === 'verified' ? 'urn:argus:aal3' : 'urn:argus:aal2';
}
