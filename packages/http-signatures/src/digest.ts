export const digestAlgorithms = ['sha-256', 'sha-512'] as const;

/** RFC 9530 §5: the algorithms that are active; the others are broken. */
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

export function contentDigest(
  body: Uint8Array,
  algorithms: readonly DigestAlgorithm[] = ['sha-256'],
): string {
  throw new Error(`not built yet: ${body.length} ${algorithms.length}`);
}
