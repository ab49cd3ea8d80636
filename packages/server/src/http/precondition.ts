import type { Answer, Refused } from './answer.ts';
import type { Call } from './route.ts';

/** Says whether a version is the one that a caller means to change. */
export type Precondition = (version: number) => boolean;

/** The version of what is answered, as an ETag (RFC 9110 §8.8.3). */
export function versioned(answer: Answer, version: number): Answer {
  return { ...answer, headers: { ...answer.headers, etag: etagOf(version) } };
}

/**
 * Which version the caller has seen (RFC 9110 §13.1.1). Whoever names none could undo what somebody else has just done
 * (RFC 6585 §3).
 */
export function preconditionOf({ headers }: Pick<Call, 'headers'>): Precondition | Refused {
  const named = headers['if-match'];
  if (named === undefined) return { refused: 'precondition_required' };
  const tags = named.split(',').map((each) => each.trim());
  return (version) => tags.includes('*') || tags.includes(etagOf(version));
}

function etagOf(version: number): string {
  return `"${version}"`;
}
