/** RFC 3986 §2: nothing that a lenient parser would drop or turn into something else. */
const urlForm = /^https?:\/\/(?!\/)[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/i;
const anyEscape = /%([0-9a-f]{2})/gi;
const unreserved = /[\w\-.~]/;

/**
 * An http(s) URL without query and fragment in the one spelling of RFC 3986 §6.2.2 and §6.2.3, for comparison;
 * undefined for anything else.
 */
export function comparableUrl(text: string): string | undefined {
  if (!urlForm.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  // The parser has lower-cased scheme and host, dropped a default port and walked dot segments.
  return `${url.origin}${url.pathname.replaceAll(anyEscape, plainly)}`;
}

/** RFC 3986 §6.2.2.1, §6.2.2.2. */
function plainly(written: string, hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16));
  return unreserved.test(character) ? character : written.toUpperCase();
}
