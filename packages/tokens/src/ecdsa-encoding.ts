import { TokensFault } from './fault.ts';

/**
 * JWS carries P-256 signatures as r ‖ s (RFC 7518 §3.4), OpenSSL as DER. Converting by hand costs less than
 * half of asking OpenSSL for the raw form.
 */
export function derOf(raw: Buffer): Buffer {
  const r = integerStart(raw, 0, 32);
  const s = integerStart(raw, 32, 64);
  const rPad = (raw[r] ?? 0) >> 7;
  const sPad = (raw[s] ?? 0) >> 7;
  const rLength = 32 - r + rPad;
  const sLength = 64 - s + sPad;
  const der = Buffer.allocUnsafe(6 + rLength + sLength);
  der[0] = 0x30;
  der[1] = 4 + rLength + sLength;
  der[2] = 2;
  der[3] = rLength;
  der[4] = 0;
  raw.copy(der, 4 + rPad, r, 32);
  const at = 4 + rLength;
  der[at] = 2;
  der[at + 1] = sLength;
  der[at + 2] = 0;
  raw.copy(der, at + 2 + sPad, s, 64);
  return der;
}

/** r ‖ s of a DER signature that this process's own OpenSSL made. */
export function rawOf(der: Buffer): Buffer {
  const rLength = der[3] ?? 0;
  const sAt = 4 + rLength + 2;
  const sLength = der[sAt - 1] ?? 0;
  if (der[0] !== 0x30 || sAt + sLength !== der.length || rLength > 33 || sLength > 33) {
    throw new TokensFault('not a P-256 signature');
  }
  const raw = Buffer.alloc(64);
  der.copy(raw, Math.max(0, 32 - rLength), 4 + Math.max(0, rLength - 32), 4 + rLength);
  der.copy(raw, 32 + Math.max(0, 32 - sLength), sAt + Math.max(0, sLength - 32), sAt + sLength);
  return raw;
}

/** Where the integer begins once leading zeros are gone; one byte always stays. */
function integerStart(raw: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end - 1 && raw[at] === 0) at++;
  return at;
}
