import { readLines } from './lines.ts';
import { readList } from './list.ts';
import { markLength } from './opening.ts';
import { BrokenFile, type Found, longestRecord, type Place, type RecordReader } from './record.ts';
import { isSpace } from './value-scan.ts';

const list = 0x5b;

/** A list of records, or one in each line: what the file begins with says which. */
export function readJson(from: Place | null): RecordReader {
  let reader: RecordReader | null = from === null ? null : readerFrom(from);
  let held = Buffer.alloc(0);
  /** Which of the two it is, once anything but space has come. */
  function* begin(isLast: boolean): Generator<Found> {
    // Shorter than the mark, it may be part of one.
    if (held.length < 3 && !isLast) return;
    const first = held.subarray(markLength(held)).find((byte) => !isSpace(byte));
    if (first === undefined && held.length > longestRecord)
      throw new BrokenFile('begins with nothing but space');
    if (first === undefined) return;
    reader = first === list ? readList('file', null) : readLines(null);
    yield* reader.push(held);
  }

  return {
    push(bytes) {
      if (reader) return reader.push(bytes);
      held = Buffer.concat([held, bytes]);
      return begin(false);
    },
    *end() {
      if (!reader) yield* begin(true);
      if (reader) yield* reader.end();
    },
  };
}

/** Lines know nothing of what was before them. */
function readerFrom(from: Place): RecordReader {
  return from.state === null ? readLines(from) : readList('file', from);
}
