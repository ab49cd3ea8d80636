import { longestRecord } from './record.ts';

/** The bytes of one record as they come, in pieces; past the longest that is read they are only counted. */
export interface Gathered {
  /** Bytes of the record that lie in this piece. */
  add(bytes: Uint8Array): void;
  /** All of it, and a new beginning; null when it was too long. */
  take(): Uint8Array | null;
  readonly isEmpty: boolean;
  readonly isTooLong: boolean;
}

export function gather(): Gathered {
  let parts: Uint8Array[] = [];
  let length = 0;
  return {
    add(bytes) {
      length += bytes.length;
      if (length > longestRecord) parts = [];
      // A copy, or one record would hold the whole piece that it lies in.
      else if (bytes.length > 0) parts.push(Uint8Array.from(bytes));
    },
    take() {
      const whole = length > longestRecord ? null : Buffer.concat(parts, length);
      parts = [];
      length = 0;
      return whole;
    },
    get isEmpty() {
      return length === 0;
    },
    get isTooLong() {
      return length > longestRecord;
    },
  };
}
