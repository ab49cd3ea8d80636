/** What a check reads of a request, so that an adapter need not build a fetch `Request`. */
export interface RequestParts {
  /** As sent; methods are case-sensitive (RFC 9110 §9.1). */
  readonly method: string;
  /** Path and query, or the whole URL. No credential is ever taken from it. */
  readonly url: string;
  /**
   * The value of a header by its lower-case name, or undefined. Repeated lines are joined with ", " (RFC 9110
   * §5.3), those of `cookie` with "; ": an adapter that drops one of two `authorization` lines hides an attack.
   */
  header(name: string): string | undefined;
  /** What the adapter read this from: one object for one request, through all doors that guard it. */
  readonly request?: object;
}

export function partsOfRequest(request: Request): RequestParts {
  const { headers } = request;
  const { method, url } = request;
  return { method, url, header: (name) => headers.get(name) ?? undefined, request };
}
