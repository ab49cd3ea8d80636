import type { KeyObject } from 'node:crypto';
import type { SigningAlgorithm } from './algorithm.ts';
import type { MasterKey } from './secret-box.ts';
import type { Random } from './services/random.ts';

/**
 * Where the private halves of access keys live: this process, another one, or a device that never gives them away.
 * Refresh keys are no business of a vault: to check one takes the secret itself, at every refresh.
 */
export interface KeyVault {
  /**
   * Makes a key. The answer is stored beside its name: sealed material, or a handle with the public key. It is all
   * that `open` gets, so it must be bound to name and algorithm and be worthless to whoever reads the database.
   */
  create(spec: VaultSpec, random: Random): Promise<Uint8Array>;
  /** Answers from the record alone. Throws a fault when the record was tampered with. */
  open(record: VaultRecord): Signer;
}

/** One access key at work. */
export interface Signer {
  readonly publicKey: KeyObject;
  /** The signature as JWS carries it (RFC 7518 §3.3–3.5, RFC 8037 §3.1): ECDSA as r ‖ s, PSS with a salt of 32. */
  sign(input: Buffer): Promise<Buffer> | Buffer;
}

export interface VaultSpec {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** For RS256 and PS256. */
  readonly rsaBits: number;
}

export interface VaultRecord {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly sealed: Uint8Array;
}

/** What keys are kept with: all are sealed under the master key, but access keys go to a vault if one is named. */
export interface KeySafe extends MasterKey {
  readonly vault?: KeyVault;
}
