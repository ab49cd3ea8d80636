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
}

export function partsOfRequest(request: Request): RequestParts {
  const { headers } = request;
  return { method: request.method, url: request.url, header: (name) => headers.get(name) ?? undefined };
}
