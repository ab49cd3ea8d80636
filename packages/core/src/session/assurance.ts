import {
  type AssuranceLevel,
  type AuthenticationMethod,
  assuranceLevels,
  type Instant,
} from '@argus/contract';

/** One proof, made here or at another provider. */
export type Authentication =
  | { readonly method: 'pwd' | 'otp' | 'rec'; readonly provedAt: Instant }
  | PasskeyProof
  | {
      readonly method: 'fed';
      readonly provedAt: Instant;
      /** What the provider's word counts for here, see `federatedAssurance`. */
      readonly amr: readonly AuthenticationMethod[];
      readonly level: AssuranceLevel;
    };

export interface PasskeyProof {
  readonly method: 'passkey';
  readonly provedAt: Instant;
  /** The device checked who holds it, by a gesture, face or PIN. */
  readonly isUserVerified: boolean;
  /** Its model was proved when it was registered. */
  readonly isAttested: boolean;
  /** Its key may leave the device. */
  readonly isBackupEligible: boolean;
}

/** What follows for a session from what was proved. */
export interface Assurance {
  readonly amr: readonly AuthenticationMethod[];
  readonly acr: AssuranceLevel;
  readonly authenticatedAt: Instant;
}

export type Proofs = readonly [Authentication, ...Authentication[]];

/**
 * `amr`, `acr` and `auth_time` follow from what was proved and are never set by hand (NIST SP 800-63B-4 §2).
 * `earlier` is what the same session knew before: a password typed then and a code typed now are two factors.
 */
export function assuranceOf(proofs: Proofs, earlier: readonly AuthenticationMethod[] = []): Assurance {
  const acr = levelOf(proofs, earlier);
  const methods = proofs.flatMap(methodsOf);
  const amr = [...new Set(acr === 'urn:argus:aal1' ? methods : [...methods, 'mfa' as const])];
  const authenticatedAt = Math.max(...proofs.map((proof) => proof.provedAt));
  return { amr, acr, authenticatedAt };
}

/** Whether one level is as good as another that is asked for. */
export function isAtLeast(level: AssuranceLevel, asked: AssuranceLevel): boolean {
  return assuranceLevels.indexOf(level) >= assuranceLevels.indexOf(asked);
}

export function highest(levels: readonly AssuranceLevel[]): AssuranceLevel {
  return assuranceLevels.findLast((level) => levels.includes(level)) ?? 'urn:argus:aal1';
}

function methodsOf(proof: Authentication): readonly AuthenticationMethod[] {
  switch (proof.method) {
    case 'fed':
      return ['fed', ...proof.amr];
    case 'passkey':
      // RFC 8176 §2: a key that a cloud may copy is software, whatever holds it at the moment.
      return [proof.isBackupEligible ? 'swk' : 'hwk', ...(proof.isUserVerified ? ['user' as const] : [])];
    default:
      return [proof.method];
  }
}

function levelOf(proofs: Proofs, earlier: readonly AuthenticationMethod[]): AssuranceLevel {
  return highest([
    ...proofs.map(levelAlone),
    isTwoFactors(proofs, earlier) ? 'urn:argus:aal2' : 'urn:argus:aal1',
  ]);
}

function levelAlone(proof: Authentication): AssuranceLevel {
  if (proof.method === 'fed') return proof.level;
  if (proof.method !== 'passkey' || !proof.isUserVerified) return 'urn:argus:aal1';
  // NIST SP 800-63B-4 §2.3: a key that never leaves hardware, and hardware that is known to be that.
  return proof.isAttested && !proof.isBackupEligible ? 'urn:argus:aal3' : 'urn:argus:aal2';
}

/**
 * Something known and something held. A recovery code is neither: it opens the account so that its owner can set up
 * a factor again, and lifts nothing. A provider's word counts as known unless it says that something was held there;
 * two passwords, here and there, stay one factor.
 */
function isTwoFactors(proofs: Proofs, earlier: readonly AuthenticationMethod[]): boolean {
  const holds = proofs.some(({ method }) => method === 'otp' || method === 'passkey');
  const knows =
    proofs.some((proof) => proof.method === 'pwd' || (proof.method === 'fed' && !proof.amr.some(isHeld))) ||
    earlier.includes('pwd') ||
    (earlier.includes('fed') && !earlier.some(isHeld));
  return holds && knows;
}

function isHeld(method: AuthenticationMethod): boolean {
  return method === 'otp' || method === 'hwk' || method === 'swk';
}
