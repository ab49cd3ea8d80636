import { verifySync } from '@node-rs/argon2';
import type { HashKind } from '../stored-hash.ts';
import { bytesOf, countOf, mostMemoryBytes, notReadable, tooCostly } from './text.ts';

export interface Argon2Costs {
  readonly kind: 'argon2id' | 'argon2i' | 'argon2d';
  /** 19, or 16 as before RFC 9106. */
  readonly version: 16 | 19;
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

const form =
  /^\$(argon2(?:id|i|d))(?:\$v=(16|19))?\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Memory times passes at most: four times over the most memory, about two seconds. */
const mostWorkKiB = (4 * mostMemoryBytes) / 1024;
const mostLanes = 16;

/** Argon2 in the PHC string format (RFC 9106). */
export const argon2: HashKind = {
  beginnings: ['$argon2id$', '$argon2i$', '$argon2d$'],
  read(text) {
    const costs = argon2CostsOf(text);
    const parts = form.exec(text);
    const salt = bytesOf(parts?.[6] ?? '');
    const hash = bytesOf(parts?.[7] ?? '');
    if (!costs || !salt || !hash) return notReadable;
    // RFC 9106 §3.1: eight blocks a lane; the library reads salts of at most 48 bytes.
    const isSane = salt.length >= 8 && salt.length <= 48 && hash.length >= 16 && hash.length <= 64;
    if (!isSane || costs.memoryKiB < 8 * costs.lanes) return notReadable;
    const { memoryKiB, passes, lanes } = costs;
    const isBearable =
      memoryKiB * 1024 <= mostMemoryBytes && memoryKiB * passes <= mostWorkKiB && lanes <= mostLanes;
    return isBearable ? { isHashOf: (password) => verifySync(text, password) } : tooCostly;
  },
};

/** The costs that a text of Argon2 names; null for any other text. */
export function argon2CostsOf(text: string): Argon2Costs | null {
  const [, kind, version, memory, passes, lanes] = form.exec(text) ?? [];
  const counts = { memoryKiB: countOf(memory), passes: countOf(passes), lanes: countOf(lanes) };
  if (counts.memoryKiB === null || counts.passes === null || counts.lanes === null) return null;
  return {
    kind: kind as Argon2Costs['kind'], // one of the three that the form allows
    // Texts from before version 19 name none.
    version: version === '19' ? 19 : 16,
    memoryKiB: counts.memoryKiB,
    passes: counts.passes,
    lanes: counts.lanes,
  };
}
