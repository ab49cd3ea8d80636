import { HOTP, Secret } from 'otpauth';

/** Seconds that one code stands for (RFC 6238 §4.1: X). */
export const stepSeconds = 30;
export const codeDigits = 6;

/** How a code is made; authenticator apps understand the default and often nothing else. */
interface Shape {
  readonly algorithm?: 'SHA1' | 'SHA256' | 'SHA512';
  readonly digits?: number;
}

/**
 * The code that `secret` gives for a counter, leading zeros kept. Source: RFC 4226 §5.3; with the number of a
 * time step as the counter it is the code of RFC 6238.
 */
export function oneTimePassword(
  secret: Uint8Array,
  counter: number,
  { algorithm = 'SHA1', digits = codeDigits }: Shape = {},
): string {
  return HOTP.generate({ secret: secretOf(secret), algorithm, digits, counter });
}

/** The number of the 30 seconds in which this instant (milliseconds) lies. */
export function stepAt(instant: number): number {
  return Math.floor(instant / (stepSeconds * 1000));
}

/** As the library holds it. Copied, because bytes of Node may be a window on memory that others use too. */
export function secretOf(secret: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(secret).buffer });
}
