import { gather } from './gathered.ts';
import { afterMark, type Opened } from './opening.ts';
import { type Found, jsonOf, type Place, type RecordReader, tooLong } from './record.ts';

const newline = 0x0a;

/** One JSON value in each line (NDJSON). A line that is none spoils no other. */
export function readLines(from: Place | null): RecordReader {
  const opening = afterMark(from === null);
  const line = gather();
  let offset = from?.offset ?? 0;

  function* found(): Generator<Found> {
    const bytes = line.take();
    const after: Place = { offset, state: null };
    if (bytes === null) yield { ...tooLong, after };
    else if (!isBlank(bytes)) yield { ...jsonOf(bytes), after };
  }

  function* read({ bytes, passed }: Opened): Generator<Found> {
    offset += passed;
    let begin = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, begin)) {
      line.add(bytes.subarray(begin, end));
      offset += end + 1 - begin;
      begin = end + 1;
      yield* found();
    }
    line.add(bytes.subarray(begin));
    offset += bytes.length - begin;
  }

  return {
    push: (bytes) => read(opening(bytes, false)),
    *end() {
      yield* read(opening(new Uint8Array(0), true));
      if (!line.isEmpty) yield* found();
    },
  };
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
