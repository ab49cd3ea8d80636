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
  return {
    push(bytes) {
      if (reader) return reader.push(bytes);
      held = Buffer.concat([held, bytes]);
      const first = held
        .subarray(held.length < 3 ? held.length : markLength(held))
        .find((byte) => !isSpace(byte));
      if (first === undefined) {
        if (held.length > longestRecord) throw new BrokenFile('begins with nothing but space');
        return [];
      }
      reader = first === list ? readList('file', null) : readLines(null);
      return reader.push(held);
    },
    *end(): Generator<Found> {
      // Shorter than a mark: whatever it is, it is one line.
      reader ??= readLines(null);
      if (held.length > 0 && held.length < 3) yield* reader.push(held);
      yield* reader.end();
    },
  };
}

/** Lines know nothing of what was before them. */
function readerFrom(from: Place): RecordReader {
  return from.state === null ? readLines(from) : readList('file', from);
}
