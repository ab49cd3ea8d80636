const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const plusOrPercent = /[+%]/;

export type QueryParam =
  | { readonly found: 'one'; readonly value: string }
  | { readonly found: 'none' | 'several' | 'unreadable' };

/**
 * The value of the one query parameter of this name, both percent-encoded anew. Parsed as a form is (WHATWG URL
 * §5.1), but octets that are not UTF-8 are refused: two of them would read as the same replacement character.
 * Source: RFC 9421 §2.2.8.
 */
export function queryParam(query: string, name: string): QueryParam {
  const values: string[] = [];
  for (const part of query.replace(/^\?/, '').split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const own = reencoded(at === -1 ? part : part.slice(0, at));
    if (own === undefined) return { found: 'unreadable' };
    if (own !== name) continue;
    const value = reencoded(at === -1 ? '' : part.slice(at + 1));
    if (value === undefined) return { found: 'unreadable' };
    values.push(value);
  }
  const [value] = values;
  if (value === undefined) return { found: 'none' };
  return values.length === 1 ? { found: 'one', value } : { found: 'several' };
}

/** Decoded as part of a form, encoded with %20 for a space and everything but ALPHA, DIGIT and "*-._" escaped. */
function reencoded(text: string): string | undefined {
  const decoded = plusOrPercent.test(text) ? decoded8(text) : text;
  if (decoded === undefined) return undefined;
  return encodeURIComponent(decoded).replace(/[!~'()]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

function decoded8(text: string): string | undefined {
  const octets: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const escaped = code === 0x25 ? hexOctet(text.slice(at + 1, at + 3)) : undefined;
    octets.push(escaped ?? (code === 0x2b ? 0x20 : code));
    if (escaped !== undefined) at += 2;
  }
  try {
    return utf8.decode(Uint8Array.from(octets));
  } catch {
    return undefined;
  }
}

/** A percent sign before anything else stands for itself, as browsers have it. */
function hexOctet(text: string): number | undefined {
  return /^[0-9a-fA-F]{2}$/.test(text) ? Number.parseInt(text, 16) : undefined;
}
