import type { SignatureKey } from './algorithms.ts';

/** The key of this name if it is known and still good; asked once for each signature, before it is verified. */
export type FindKey = (keyid: string) => SignatureKey | undefined | Promise<SignatureKey | undefined>;

/** What a signature proves. Times are seconds since 1970, as in the signature; null is what it does not say. */
export interface VerifiedSignature {
  readonly ok: true;
  readonly label: string;
  readonly keyid: string;
  readonly created: number | null;
  readonly expires: number | null;
  readonly nonce: string | null;
  readonly tag: string | null;
  /** The covered components as in the signature base, `"@method"` for instance. Nothing else was signed. */
  readonly components: readonly string[];
}
