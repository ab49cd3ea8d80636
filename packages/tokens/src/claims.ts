/** Shapes that the claims of every Argus token are made of; each is false rather than lenient. */

/** 9999-12-31T23:59:59Z: beyond it a NumericDate is an attack or a unit mistake (milliseconds). */
const lastSecond = 253_402_300_799;
const longestText = 1024;
const longestList = 100;

export function isText(value: unknown): value is string {
  return isPlain(value) && value.length > 0 && value.length <= longestText;
}

/** Text that every JSON reader reads alike: no lone surrogate, no NUL. */
export function isPlain(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

export function isTextList(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length > longestList) return false;
  for (const item of value) if (!isText(item)) return false;
  return true;
}

/** A NumericDate in whole seconds after the epoch (RFC 7519 §2, narrowed: no fractions). */
export function isSeconds(value: unknown): value is number {
  return Number.isInteger(value) && typeof value === 'number' && value > 0 && value <= lastSecond;
}

export function isMilliseconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === 'number' && value > 0 && value <= lastSecond * 1000;
}

interface Times {
  readonly exp: number;
  readonly iat: number;
  readonly nbf?: unknown;
}

/** RFC 7519 §4.1.4–4.1.6. `exp` is the first instant at which the token is refused. */
export function timeRejection(
  times: Times,
  nowMs: number,
  skewSeconds: number,
): 'expired' | 'not-yet-valid' | undefined {
  const skewMs = skewSeconds * 1000;
  if (times.exp * 1000 + skewMs <= nowMs) return 'expired';
  const begins = typeof times.nbf === 'number' ? Math.max(times.iat, times.nbf) : times.iat;
  return begins * 1000 - skewMs > nowMs ? 'not-yet-valid' : undefined;
}
