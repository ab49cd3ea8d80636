import type { ServiceKey } from '@argus/core';
import { SignaturesFault, signatureKeyOf, thumbprint } from '@argus/http-signatures';

/** A registered key out of what was sent: only what makes it a key is kept. Null when it is none. */
export function newServiceKey(
  { kty, crv, x }: Readonly<Record<string, unknown>>,
  of: Pick<ServiceKey, 'serviceId' | 'addedAt' | 'expiresAt'>,
): ServiceKey | null {
  const jwk = { kty, crv, x } as JsonWebKey; // judged by the next line
  try {
    signatureKeyOf(jwk, { algorithm: 'ed25519' });
    return { ...of, keyId: thumbprint(jwk), jwk: { kty, crv, x } };
  } catch (error) {
    if (error instanceof SignaturesFault) return null;
    throw error;
  }
}
