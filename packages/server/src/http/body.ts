import type { Refused } from './answer.ts';
import { type Parameters, readParameters } from './parameters.ts';
import type { Call } from './route.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The bytes as text, or null when they are not UTF-8. */
function textOf(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

const surrogateEscape = /\\u[dD][89a-fA-F]/;

/** JSON (RFC 8259) from bytes; invalid UTF-8 and lone surrogates are refused rather than repaired. */
export function parseJson(bytes: Buffer): { readonly value: unknown } | Refused {
  const text = textOf(bytes);
  if (text === null) return { refused: 'malformed_request' };
  if (text === '') return { value: undefined };
  try {
    // Valid UTF-8 can hold a lone surrogate only as an escape; without one the slow look at every part is spared.
    const value: unknown = surrogateEscape.test(text) ? JSON.parse(text, wellFormed) : JSON.parse(text);
    return { value };
  } catch {
    return { refused: 'malformed_request' };
  }
}

function wellFormed(key: string, part: unknown): unknown {
  const isBroken = !key.isWellFormed() || (typeof part === 'string' && !part.isWellFormed());
  if (isBroken) throw new SyntaxError('lone surrogate');
  return part;
}

/** OAuth parameters from a form body; a parameter may come twice here, the endpoint judges which. */
export function parseParameters(bytes: Buffer): { readonly value: Parameters } | Refused {
  const text = textOf(bytes);
  const parameters = text === null ? null : readParameters(text);
  return parameters ? { value: parameters } : { refused: 'malformed_request' };
}

/** HTML form fields (WHATWG URL §5.1); a field that comes twice is refused. */
export function parseForm(bytes: Buffer): { readonly value: Record<string, string> } | Refused {
  const text = textOf(bytes);
  if (text === null) return { refused: 'malformed_request' };
  try {
    decodeURIComponent(text.replaceAll('+', ' ')); // a broken percent sequence or hidden invalid UTF-8 throws
  } catch {
    return { refused: 'malformed_request' };
  }
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in fields) return { refused: 'malformed_request' };
    fields[name] = value;
  }
  return { value: fields };
}

/** The fields of a form post; anything else counts as none. */
export function fieldsOf({ body }: Pick<Call, 'body'>): Readonly<Record<string, string | undefined>> {
  return (body ?? {}) as Record<string, string>; // the form parser made it
}
