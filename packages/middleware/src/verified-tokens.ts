import type { Instant } from '@argus/contract';
import type { VerificationKey } from '@argus/tokens';
import type { StandingToken } from './link/revocations.ts';
import type { Principal } from './principal.ts';

/** One token whose signature was checked. The token itself is not kept. */
export interface VerifiedToken {
  readonly principal: Principal;
  /** Whether what it stands on has ended is looked up by this. */
  readonly standing: StandingToken;
  readonly notBeforeAt: Instant;
  /** An estimate of the memory this entry holds. */
  readonly bytes: number;
  /** The key that proved it; a token proves nothing any more once its key was withdrawn. */
  key: VerificationKey;
}

export interface CacheBounds {
  readonly entries: number;
  readonly bytes: number;
}

/** Verified tokens by the SHA-256 of the token, never more than the bounds in entries or in estimated bytes. */
export interface VerifiedTokens {
  get(digest: string): VerifiedToken | undefined;
  set(digest: string, token: VerifiedToken): void;
  delete(digest: string): void;
  size(): CacheBounds;
}

interface Generation {
  readonly tokens: Map<string, VerifiedToken>;
  bytes: number;
}

/**
 * Two generations, each at most half of the bounds: when the young one is full, the old one is dropped whole and
 * the young becomes old. A hit in the old one moves it. Near to least-recently-used, without a list to keep.
 */
export function createVerifiedTokens(bounds: CacheBounds): VerifiedTokens {
  const half = { entries: Math.floor(bounds.entries / 2), bytes: Math.floor(bounds.bytes / 2) };
  let young = emptyGeneration();
  let old = emptyGeneration();
  const add = (digest: string, token: VerifiedToken) => {
    if (token.bytes > half.bytes || half.entries < 1) return;
    if (young.tokens.size >= half.entries || young.bytes + token.bytes > half.bytes) {
      old = young;
      young = emptyGeneration();
    }
    put(young, digest, token);
  };
  return {
    get: (digest) => {
      const recent = young.tokens.get(digest);
      if (recent !== undefined) return recent;
      const token = old.tokens.get(digest);
      if (token === undefined) return undefined;
      drop(old, digest);
      add(digest, token);
      return token;
    },
    set: (digest, token) => {
      drop(young, digest);
      drop(old, digest);
      add(digest, token);
    },
    delete: (digest) => {
      drop(young, digest);
      drop(old, digest);
    },
    size: () => ({ entries: young.tokens.size + old.tokens.size, bytes: young.bytes + old.bytes }),
  };
}

function emptyGeneration(): Generation {
  return { tokens: new Map(), bytes: 0 };
}

function put(generation: Generation, digest: string, token: VerifiedToken): void {
  generation.tokens.set(digest, token);
  generation.bytes += token.bytes;
}

function drop(generation: Generation, digest: string): void {
  const token = generation.tokens.get(digest);
  if (token === undefined) return;
  generation.tokens.delete(digest);
  generation.bytes -= token.bytes;
}
