import type { PolicyCondition } from '@argus/contract';

/**
 * Whether a rule for these may say this. How often a password may be tried is seen by whoever tries, before they have
 * proved anything: it may hang on what they know of themselves, and tells nothing about the person whose account it is.
 * Through which client they come they choose.
 */
export function mayBeSaidFor(when: PolicyCondition, path: string): boolean {
  if (!path.startsWith('authentication.lockout.')) return true;
  return Object.entries(when).every(([about, wanted]) => about === 'deviceClass' || wanted === undefined);
}
