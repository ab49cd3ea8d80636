const lastOfTwo = 'AQgw';
const lastOfThree = 'AEIMQUYcgkosw048';
const alphabet = /^[\w-]*$/;

/**
 * The bytes of a base64url text, or undefined unless it is the one canonical, unpadded encoding of them.
 * Source: RFC 7515 §2, RFC 4648 §3.5 (unused bits must be zero, else one signature has several spellings).
 */
export function decodeBase64url(text: string): Buffer | undefined {
  return alphabet.test(text) ? decodeSegment(text) : undefined;
}

/** As `decodeBase64url`, for text whose alphabet the caller has already checked. */
export function decodeSegment(text: string): Buffer | undefined {
  const rest = text.length & 3;
  if (rest !== 0) {
    if (rest === 1) return undefined;
    const last = text.charAt(text.length - 1);
    if (!(rest === 2 ? lastOfTwo : lastOfThree).includes(last)) return undefined;
  }
  return Buffer.from(text, 'base64url');
}
