import {
  type AssuranceLevel,
  type AuthenticationMethod,
  assuranceLevels,
  type Instant,
} from '@argus/contract';

/** One proof, made here or at another provider. */
export type Authentication =
  | { readonly method: Exclude<AuthenticationMethod, 'fed'>; readonly provedAt: Instant }
  | {
      readonly method: 'fed';
      readonly provedAt: Instant;
      /** What the provider's word counts for here, see `federatedAssurance`. */
      readonly amr: readonly AuthenticationMethod[];
      readonly level: AssuranceLevel;
    };

/** What follows for a session from what was proved. */
export interface Assurance {
  readonly amr: readonly AuthenticationMethod[];
  readonly acr: AssuranceLevel;
  readonly authenticatedAt: Instant;
}

export type Proofs = readonly [Authentication, ...Authentication[]];

/** `amr`, `acr` and `auth_time` follow from what was proved and are never set by hand (NIST SP 800-63B-4 §2). */
export function assuranceOf(proofs: Proofs): Assurance {
  const amr = [...new Set(proofs.flatMap(methodsOf))];
  const authenticatedAt = Math.max(...proofs.map((proof) => proof.provedAt));
  return { amr, acr: highest(proofs.map(levelOf)), authenticatedAt };
}

/** Whether one level is as good as another that is asked for. */
export function isAtLeast(level: AssuranceLevel, asked: AssuranceLevel): boolean {
  return assuranceLevels.indexOf(level) >= assuranceLevels.indexOf(asked);
}

export function highest(levels: readonly AssuranceLevel[]): AssuranceLevel {
  return assuranceLevels.findLast((level) => levels.includes(level)) ?? 'urn:argus:aal1';
}

function methodsOf(proof: Authentication): readonly AuthenticationMethod[] {
  return proof.method === 'fed' ? ['fed', ...proof.amr] : [proof.method];
}

/** A password and a provider's single factor stay one factor: nobody knows that the other was not a password too. */
function levelOf(proof: Authentication): AssuranceLevel {
  return proof.method === 'fed' ? proof.level : 'urn:argus:aal1';
}
