/**
 * Whether a signature has the form that its algorithm prescribes. WebAuthn §6.5.5: with ES256 it is DER, of which each
 * value has one spelling (X.690 §10); the library's reader takes others for it too.
 */
export function isInForm(algorithm: unknown, signature: unknown): boolean {
  if (!(signature instanceof Uint8Array)) return false;
  if (algorithm !== -7) return true;
  const [sequence, length, ...rest] = signature;
  if (sequence !== 0x30 || length !== rest.length) return false;
  const r = integerLength(rest);
  const s = integerLength(rest.slice(r));
  return r > 0 && s > 0 && r + s === rest.length;
}

/** How many bytes a positive INTEGER of at most 256 bits takes at the head of these; 0 when there is none. */
function integerLength([tag, length = 0, first = 0, second = 0]: readonly number[]): number {
  if (tag !== 0x02 || length < 1 || length > 33 || first >= 0x80) return 0;
  const isPadded = first === 0 && second < 0x80;
  return isPadded ? 0 : length + 2;
}
