import { Secret } from 'otpauth';

/** Bytes as base32 (RFC 4648 §6) without padding. */
export function toBase32(bytes: Uint8Array): string {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32;
}

/** The bytes of base32, spaces and small letters taken as apps take them. The text holds nothing else. */
export function fromBase32(text: string): Uint8Array {
  const letters = text.replaceAll(' ', '').replace(/=+$/, '').toUpperCase();
  return new Uint8Array(Secret.fromBase32(letters).buffer);
}
