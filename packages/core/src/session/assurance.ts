import {
  type AssuranceLevel,
  type AuthenticationMethod,
  assuranceLevels,
  authenticationMethods,
  type Instant,
  type ProviderSettings,
} from '@argus/contract';

/** One proof, made here or at another provider. */
export type Authentication =
  | { readonly method: Exclude<AuthenticationMethod, 'fed'>; readonly provedAt: Instant }
  | FederatedProof;

export interface FederatedProof {
  readonly method: 'fed';
  readonly provedAt: Instant;
  /** What the provider says was proved there, as far as Argus has a name for it. */
  readonly amr: readonly AuthenticationMethod[];
  /** Never the third level: that takes an attestation of the authenticator, which no provider passes on. */
  readonly level: Exclude<AssuranceLevel, 'urn:argus:aal3'>;
}

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

/**
 * A provider's word as a proof: more than one factor only where its settings say which words mean that; without
 * such a word, a single factor (ASVS 6.8.4).
 */
export function federatedProof(
  { aal2Acr, aal2Amr }: ProviderSettings['assurance'],
  { acr, amr }: { readonly acr: string | null; readonly amr: readonly string[] },
  provedAt: Instant,
): FederatedProof {
  const isTwoFactors = (acr !== null && aal2Acr.includes(acr)) || amr.some((one) => aal2Amr.includes(one));
  return {
    method: 'fed',
    provedAt,
    amr: authenticationMethods.filter((method) => method !== 'fed' && amr.includes(method)),
    level: isTwoFactors ? 'urn:argus:aal2' : 'urn:argus:aal1',
  };
}

function methodsOf(proof: Authentication): readonly AuthenticationMethod[] {
  return proof.method === 'fed' ? ['fed', ...proof.amr] : [proof.method];
}

/** A password and a provider's single factor stay one factor: nobody knows that the other was not a password too. */
function levelOf(proof: Authentication): AssuranceLevel {
  return proof.method === 'fed' ? proof.level : 'urn:argus:aal1';
}
