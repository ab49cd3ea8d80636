import { TOTP } from 'otpauth';
import type { Services } from '../../services.ts';
import { codeDigits, secretOf, stepSeconds } from './one-time-password.ts';

/** RFC 4226 §4 R6 recommends 160 bits: the output length of the HMAC. */
const secretBytes = 20;
/** What an app can show, and a QR code that a phone still reads from a screen. */
const longestLabel = 64;

export function newTotpSecret({ random }: Pick<Services, 'random'>): Uint8Array {
  return random.bytes(secretBytes);
}

/** The secret for typing by hand: base32 (RFC 4648 §6) in groups of four. */
export function secretText(secret: Uint8Array): string {
  return secretOf(secret).base32.replace(/.{4}/g, '$& ').trimEnd();
}

interface Labelled {
  readonly secret: Uint8Array;
  /** Whose code it is, as the app shows it: the e-mail address. */
  readonly account: string;
  /** Who asks for the code. */
  readonly issuer?: string;
}

/**
 * The `otpauth:` URI that an authenticator app reads from a QR code. It says the defaults aloud, since apps differ
 * in what they assume. Source: Google Authenticator, Key URI Format.
 */
export function otpauthUri({ secret, account, issuer = 'Argus' }: Labelled): string {
  return new TOTP({
    secret: secretOf(secret),
    issuer: labelPart(issuer),
    label: labelPart(account),
    algorithm: 'SHA1',
    digits: codeDigits,
    period: stepSeconds,
  }).toString();
}

/** A colon parts issuer and account, so neither may hold one; half a character could not be encoded. */
function labelPart(text: string): string {
  const plain = text.toWellFormed().replaceAll(':', ' ').trim();
  return Array.from(plain).slice(0, longestLabel).join('');
}
