import { partsOfRequest } from '../request-parts.ts';
import type { GatewayParts } from './verdict.ts';

export function partsOfFetch(request: Request): GatewayParts {
  return {
    ...partsOfRequest(request),
    body: (most) => (request.bodyUsed ? Promise.resolve(undefined) : readAll(request.body ?? [], most)),
  };
}

/** All of a body, or undefined as soon as it proves longer than `most` bytes. */
export async function readAll(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  most: number,
): Promise<Uint8Array | undefined> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    // Leaving the loop cancels the rest.
    if (size > most) return undefined;
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}
