/** Where the reading of a file goes on, behind a record: this is what another process needs to know to do it. */
export interface Place {
  /** Bytes before it. */
  readonly offset: number;
  /** What was read before, as far as it says what follows; small, and JSON. */
  readonly state: unknown;
}

/** One record of a file, or what speaks against it. The reading goes on behind it in both cases. */
export type Found = (Read | Unread) & { readonly after: Place };

export interface Read {
  readonly value: unknown;
}

export interface Unread {
  readonly mistake: string;
}

/** A file that cannot be read any further. */
export class BrokenFile extends Error {
  override name = 'BrokenFile';
}

/**
 * Finds the records in bytes that come piece by piece, in bounded memory whatever comes. Throws `BrokenFile` when nothing
 * that follows could be understood.
 */
export interface RecordReader {
  push(bytes: Uint8Array): Iterable<Found>;
  /** What is left when the file is over. */
  end(): Iterable<Found>;
}

/** Longest record in bytes: far more than anybody's credentials take. */
export const longestRecord = 128 * 1024;

export const tooLong: Unread = { mistake: `is longer than ${longestRecord} bytes` };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text; null when they are not UTF-8, or hold what no text holds. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    const text = utf8.decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

export const notText: Unread = { mistake: 'is not UTF-8 text' };

/** How deep a record may be nested. */
const deepest = 32;

/** JSON from the bytes of one record. */
export function jsonOf(bytes: Uint8Array): Read | Unread {
  const text = textOf(bytes);
  if (text === null) return notText;
  if (depthOf(text) > deepest) return { mistake: `is nested deeper than ${deepest} levels` };
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return { mistake: 'is not JSON' };
  }
}

/** At least how deep JSON is nested, counted without unfolding it; brackets in strings count, which only errs upwards. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isInString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    most = Math.max(most, depth);
  }
  return most;
}
