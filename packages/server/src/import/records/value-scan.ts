const quote = 0x22;
const backslash = 0x5c;
const opening = new Set([0x7b, 0x5b]);
const closing = new Set([0x7d, 0x5d]);

/** Where a JSON value ends, found byte by byte by nothing but its brackets and quotes. */
export interface ValueScan {
  begin(byte: number): void;
  /** Whether the value goes on, ends with this byte, or ended before it. */
  next(byte: number): 'on' | 'with' | 'before';
}

export function scanValue(): ValueScan {
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let isScalar = false;
  return {
    begin(byte) {
      depth = opening.has(byte) ? 1 : 0;
      isInString = byte === quote;
      isEscaped = false;
      isScalar = depth === 0 && !isInString;
    },
    next(byte) {
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) isInString = false;
        return isInString || depth > 0 ? 'on' : 'with';
      }
      if (isScalar) return isEndOfScalar(byte) ? 'before' : 'on';
      if (byte === quote) isInString = true;
      else if (opening.has(byte)) depth += 1;
      else if (closing.has(byte)) depth -= 1;
      return depth > 0 ? 'on' : 'with';
    },
  };
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

const comma = 0x2c;

function isEndOfScalar(byte: number): boolean {
  return isSpace(byte) || byte === comma || closing.has(byte);
}
