/**
 * The URL by which the client addressed a request, for comparing with the one its proof names, which has no query
 * (RFC 9449 §4.2). Scheme and host come from configuration: whoever passes a proof on to another API also chooses
 * what `Host` and `X-Forwarded-*` say. Null for a target that no client of an API would sign, such as `*`.
 */
export function publicUrlOf(base: string, target: string): string | null {
  // Joined, not resolved: resolved against a base, the path `//evil.example/` would replace the host.
  if (target.startsWith('/')) return base + beforeQuery(target);
  // RFC 9112 §3.2.2: the absolute form, and what a fetch `Request` holds.
  const url = URL.parse(target);
  return url === null ? null : base + url.pathname;
}

/** Browsers leave characters in a query that RFC 3986 does not know, so it must not even be looked at. */
function beforeQuery(target: string): string {
  const mark = target.search(/[?#]/);
  return mark === -1 ? target : target.slice(0, mark);
}
