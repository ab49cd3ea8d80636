import { createPublicKey } from 'node:crypto';
import type { PersonPasskey } from '@argus/contract';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { Bytes } from './bytes.ts';
import { algorithmOf } from './cose-key.ts';

/** A public key as passkeys keep it (RFC 9052 §7), and the algorithm that it is for. */
export interface CoseKey {
  readonly publicKey: Bytes;
  readonly algorithm: number;
}

/** DER begins its keys with a sequence; no COSE key begins so, because it is a map. */
const sequence = 0x30;

/** The key of a passkey in whichever form it was written; null unless it is one that is offered here. */
export function coseKeyOf(written: PersonPasskey['publicKey']): CoseKey | null {
  const publicKey =
    typeof written === 'string' ? coseOfBytes(Buffer.from(written, 'base64url')) : coseOf(written);
  const algorithm = publicKey && algorithmOf(publicKey);
  return publicKey && algorithm !== null ? { publicKey, algorithm } : null;
}

function coseOfBytes(bytes: Buffer): Bytes | null {
  if (bytes[0] !== sequence) return new Uint8Array(bytes);
  try {
    return coseOf(createPublicKey({ key: bytes, format: 'der', type: 'spki' }).export({ format: 'jwk' }));
  } catch {
    return null; // DER of something else
  }
}

type Jwk = Readonly<Record<string, unknown>>;

/** RFC 9053 §7, RFC 8230 §4. */
function coseOf({ kty, crv, x, y, n, e }: Jwk): Bytes | null {
  if (kty === 'EC' && crv === 'P-256')
    return cose([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytesOf(x)],
      [-3, bytesOf(y)],
    ]);
  if (kty === 'OKP' && crv === 'Ed25519')
    return cose([
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytesOf(x)],
    ]);
  return kty === 'RSA'
    ? cose([
        [1, 3],
        [3, -257],
        [-1, bytesOf(n)],
        [-2, bytesOf(e)],
      ])
    : null;
}

function cose(members: readonly (readonly [number, number | Bytes])[]): Bytes {
  return new Uint8Array(isoCBOR.encode(new Map(members)));
}

function bytesOf(text: unknown): Bytes {
  return new Uint8Array(Buffer.from(typeof text === 'string' ? text : '', 'base64url'));
}
