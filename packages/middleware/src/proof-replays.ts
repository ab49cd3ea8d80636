import type { Instant } from '@argus/contract';
import type { Clock } from '@argus/tokens';

/** What became of a proof: used for the first time, used before, or nobody can tell because there is no room. */
export type ProofClaim = 'first' | 'replayed' | 'full';

/** Where proofs of possession are remembered, so that each is used once (RFC 9449 §11.1). */
export interface ProofReplays {
  /**
   * Claims a proof for one request, in one step: of any number of claims of one name exactly one is `first`, until
   * `expiresAt`. The name is 43 characters of base64url.
   */
  claim(proof: string, expiresAt: Instant): ProofClaim | Promise<ProofClaim>;
  /** For metrics. */
  size?(): number;
}

export interface ProofTable extends ProofReplays {
  claim(proof: string, expiresAt: Instant): ProofClaim;
  /** Proofs remembered now. */
  size(): number;
}

/**
 * Remembers at most `entries` proofs in this process, each until it has expired. A full table forgets nothing that
 * could still be replayed: it takes no more proofs until some have expired.
 */
export function createProofTable({ entries, clock }: { entries: number; clock: Clock }): ProofTable {
  const seen = new Set<string>();
  /** By the first second in which they are worth nothing. No more seconds than a proof lives. */
  const ending = new Map<number, string[]>();
  let sweptSecond = Number.NEGATIVE_INFINITY;
  const sweep = (second: number) => {
    if (second <= sweptSecond) return;
    sweptSecond = second;
    for (const [end, proofs] of ending) {
      if (end > second) continue;
      for (const proof of proofs) seen.delete(proof);
      ending.delete(end);
    }
  };
  return {
    claim: (proof, expiresAt) => {
      sweep(Math.floor(clock.now() / 1000));
      if (seen.has(proof)) return 'replayed';
      if (seen.size >= entries) return 'full';
      seen.add(proof);
      const end = Math.floor(expiresAt / 1000) + 1;
      const same = ending.get(end);
      if (same === undefined) ending.set(end, [proof]);
      else same.push(proof);
      return 'first';
    },
    size: () => seen.size,
  };
}
