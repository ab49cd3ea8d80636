import { createHash } from 'node:crypto';
import type { SigningAlgorithm } from './algorithm.ts';

/**
 * `at_hash` or `c_hash` of a value in an ID token signed by `algorithm`: the left half of its hash. Ed25519 hashes
 * with SHA-512 (RFC 8032 §5.1). Source: OIDC Core §3.1.3.6, §3.3.2.11.
 */
export function hashClaim(algorithm: SigningAlgorithm, value: string): string {
  const digest = createHash(algorithm === 'EdDSA' ? 'sha512' : 'sha256')
    .update(value, 'ascii')
    .digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
