import type { Authentication, PasskeyProof } from '@argus/core';
import { startMs } from './facts.ts';

/** Proofs as they can be made, all at the same instant. */
export const pwd: Authentication = { method: 'pwd', provedAt: startMs };
export const otp: Authentication = { method: 'otp', provedAt: startMs };
export const rec: Authentication = { method: 'rec', provedAt: startMs };

export function passkey(changes: Partial<PasskeyProof> = {}): PasskeyProof {
  return {
    method: 'passkey',
    provedAt: startMs,
    isUserVerified: true,
    isAttested: false,
    isBackupEligible: true,
    ...changes,
  };
}
/** In hardware that its maker vouches for, and it stays there. */
export const hardware = { isAttested: true, isBackupEligible: false };
/** Touched, and that is all. */
export const touched = { isUserVerified: false };

/** A provider's word that was mapped to nothing. */
export function elsewhere(...said: readonly ('pwd' | 'otp' | 'hwk' | 'swk')[]): Authentication {
  return { method: 'fed', provedAt: startMs, amr: said, level: 'urn:argus:aal1' };
}
/** A provider's word that an administrator takes for two factors. */
export const twoElsewhere: Authentication = {
  method: 'fed',
  provedAt: startMs,
  amr: ['pwd', 'otp', 'mfa'],
  level: 'urn:argus:aal2',
};
