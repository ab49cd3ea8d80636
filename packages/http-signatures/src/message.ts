/** One field line as it stands in the message; names in any case, lines in their order. */
export type FieldLine = readonly [name: string, value: string];

/** A request as plain data. */
export interface RequestMessage {
  readonly kind: 'request';
  readonly method: string;
  /**
   * The absolute URL as the client sees it, without a fragment. A server composes it from its configured origin and
   * the target of the request line, never from `Host` or `X-Forwarded-*`.
   */
  readonly targetUri: string;
  readonly fields: readonly FieldLine[];
  readonly trailers?: readonly FieldLine[];
  /** The target of the request line where it is not in origin form (RFC 9112 §3.2): `*`, an authority, a whole URL. */
  readonly requestTarget?: string;
}

/** A response as plain data. */
export interface ResponseMessage {
  readonly kind: 'response';
  readonly status: number;
  readonly fields: readonly FieldLine[];
  readonly trailers?: readonly FieldLine[];
  /** The request it answers, as sent; needed where a signature covers parts of that (`req`, RFC 9421 §2.4). */
  readonly request?: RequestMessage;
}

export type Message = RequestMessage | ResponseMessage;

/** The values of all lines of a field, in order; the name is in lower case. */
export function linesOf(fields: readonly FieldLine[], name: string): string[] {
  return fields.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
}

/** Whether the message has at least one line of the field, be it an empty one. */
export function hasField(fields: readonly FieldLine[], name: string): boolean {
  return fields.some(([each]) => each.toLowerCase() === name);
}
