import { type AssuranceLevel, type AuthenticationMethod, assuranceLevels } from '@argus/contract';
import type { AuthenticationPolicy } from '../policy/policy.ts';
import type { Session } from './session.ts';

/** What policy wants every session of somebody to rest on. */
export interface Strength {
  readonly level: AssuranceLevel;
  readonly needsPasskey: boolean;
}

export function strengthOf({
  factors,
  passkey,
}: Pick<AuthenticationPolicy, 'factors' | 'passkey'>): Strength {
  const needsPasskey = factors.isPhishingResistant;
  if (factors.required === 1 && !needsPasskey) return { level: 'urn:argus:aal1', needsPasskey };
  const level = passkey.attestation === 'verified' ? 'urn:argus:aal3' : 'urn:argus:aal2';
  return { level, needsPasskey };
}

/** Whether a session rests on that already. */
export function isAsStrong({ acr, amr }: Pick<Session, 'acr' | 'amr'>, { level, needsPasskey }: Strength) {
  const isLevel = assuranceLevels.indexOf(acr) >= assuranceLevels.indexOf(level);
  return isLevel && (!needsPasskey || amr.some(isOfPasskey));
}

function isOfPasskey(method: AuthenticationMethod): boolean {
  return method === 'hwk' || method === 'swk';
}
