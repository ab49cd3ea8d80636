import type { AssuranceLevel, AuthenticationMethod, Instant } from '@argus/contract';

export interface Authentication {
  readonly method: AuthenticationMethod;
  readonly provedAt: Instant;
}

/** `amr`, `acr` and `auth_time` follow from what was proved and are never set by hand (NIST SP 800-63B-4 §2). */
export function assuranceOf(proofs: readonly [Authentication, ...Authentication[]]): {
  readonly amr: readonly AuthenticationMethod[];
  readonly acr: AssuranceLevel;
  readonly authenticatedAt: Instant;
} {
  const amr = [...new Set(proofs.map((proof) => proof.method))];
  const authenticatedAt = Math.max(...proofs.map((proof) => proof.provedAt));
  return { amr, acr: 'urn:argus:aal1', authenticatedAt };
}
