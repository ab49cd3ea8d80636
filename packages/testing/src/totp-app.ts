import { createHmac } from 'node:crypto';
import type { Clock } from './clock.ts';

/** An authenticator app on a phone. */
export interface TotpApp {
  /** What it shows above the code; empty for a secret that was typed by hand. */
  readonly name: string;
  /** The code on the screen now. */
  code(): string;
}

const algorithms: Readonly<Record<string, string>> = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' };

/**
 * What a person keeps after scanning a code or typing a secret. Written from the RFCs alone, so that it does not
 * share the mistakes of what it is shown to. Source: RFC 6238 §4, RFC 4226 §5.3.
 *
 * @param scanned an `otpauth:` URI, or the secret in base32, with or without spaces
 * @param phone its clock, and by how much that one is ahead (negative: behind)
 * @throws when an app could not read it
 */
export function totpApp(
  scanned: string,
  { clock, offsetSeconds = 0 }: { readonly clock: Clock; readonly offsetSeconds?: number },
): TotpApp {
  const { name, secret, algorithm, digits, period } = scanned.startsWith('otpauth:')
    ? accountOf(new URL(scanned))
    : { name: '', secret: fromBase32(scanned), algorithm: 'sha1', digits: 6, period: 30 };
  return {
    name,
    code() {
      const counter = Buffer.alloc(8);
      counter.writeBigUInt64BE(BigInt(Math.floor((clock.now() / 1000 + offsetSeconds) / period)));
      const mac = createHmac(algorithm, secret).update(counter).digest();
      const at = mac.readUInt8(mac.length - 1) & 0xf;
      const number = (mac.readUInt32BE(at) & 0x7fffffff) % 10 ** digits;
      return String(number).padStart(digits, '0');
    },
  };
}

function accountOf(uri: URL) {
  const asked = uri.searchParams;
  const algorithm = algorithms[asked.get('algorithm') ?? 'SHA1'];
  const digits = Number(asked.get('digits') ?? 6);
  const period = Number(asked.get('period') ?? 30);
  if (uri.host !== 'totp' || !algorithm || ![6, 8].includes(digits) || !(period > 0)) {
    throw new Error(`No app reads ${uri.href}`);
  }
  const name = decodeURIComponent(uri.pathname.slice(1));
  const issuer = asked.get('issuer');
  if (issuer !== null && !name.startsWith(`${issuer}:`)) throw new Error('The label names another issuer.');
  return { name, secret: fromBase32(asked.get('secret') ?? ''), algorithm, digits, period };
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 §6, without padding, as apps accept it: small letters and spaces too. */
function fromBase32(text: string): Buffer {
  const letters = text.replaceAll(' ', '').toUpperCase();
  const bits = [...letters].map((letter) => {
    const value = base32.indexOf(letter);
    if (value < 0) throw new Error(`"${letter}" is not base32`);
    return value.toString(2).padStart(5, '0');
  });
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  if (bytes.length < 16) throw new Error('The secret is shorter than RFC 4226 allows (§4 R6).');
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
