import { BrokenFile } from './record.ts';

/** Bytes by which a file says in what it is written. */
const longestMark = 3;

/** The mark of UTF-8 that some programs write at the beginning; the length of what is to be passed over. */
export function markLength(bytes: Uint8Array): number {
  const [first, second, third] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16) throw new BrokenFile('is UTF-16; write it as UTF-8');
  return first === 0xef && second === 0xbb && third === 0xbf ? longestMark : 0;
}

/** Hands on the bytes of a file once its beginning is known to be whole, without the mark. */
export function afterMark(isAtStart: boolean): (bytes: Uint8Array, isLast: boolean) => Opened {
  let held: Uint8Array | null = isAtStart ? new Uint8Array(0) : null;
  return (bytes, isLast) => {
    if (held === null) return { bytes, passed: 0 };
    const all = Buffer.concat([held, bytes]);
    if (all.length < longestMark && !isLast) {
      held = all;
      return { bytes: new Uint8Array(0), passed: 0 };
    }
    held = null;
    const passed = markLength(all);
    return { bytes: all.subarray(passed), passed };
  };
}

export interface Opened {
  readonly bytes: Uint8Array;
  /** Bytes of the mark that were left out. */
  readonly passed: number;
}
