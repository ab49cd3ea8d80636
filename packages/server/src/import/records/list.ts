import { gather } from './gathered.ts';
import { afterMark, type Opened } from './opening.ts';
import { BrokenFile, type Found, jsonOf, type Place, type RecordReader, tooLong } from './record.ts';
import { scanValue } from './value-scan.ts';
import { walkFrames } from './walk-frames.ts';

/** Which list holds the records: the one that the file is, or `users` in the object, or each of the objects, that it is. */
export type ListPlace = 'file' | 'users';

/**
 * Records of a JSON file, however long it is: of it no more is held than one record. What lies beside the list is passed
 * over, judged by nothing but its brackets and quotes.
 */
export function readList(place: ListPlace, from: Place | null): RecordReader {
  const opening = afterMark(from === null);
  const frames = walkFrames(place, from?.state);
  const scan = scanValue();
  const record = gather();
  let offset = from?.offset ?? 0;
  let inside: 'record' | 'passed-over' | null = null;

  function found(): Found {
    const bytes = record.take();
    return { ...(bytes === null ? tooLong : jsonOf(bytes)), after: { offset, state: frames.state() } };
  }

  function* read({ bytes, passed }: Opened): Generator<Found> {
    const base = offset + passed;
    let begin = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] as number; // `at` is within
      if (inside !== null) {
        const how = scan.next(byte);
        if (how === 'on') continue;
        const end = how === 'with' ? at + 1 : at;
        if (inside === 'record') {
          record.add(bytes.subarray(begin, end));
          offset = base + end;
          yield found();
        }
        inside = null;
        if (how === 'with') continue;
      }
      inside = frames.enter(byte);
      if (inside === null) continue;
      scan.begin(byte);
      begin = at;
    }
    if (inside === 'record') record.add(bytes.subarray(begin));
    offset = base + bytes.length;
  }

  return {
    push: (bytes) => read(opening(bytes, false)),
    *end() {
      yield* read(opening(new Uint8Array(0), true));
      if (inside === 'record') yield found();
      frames.end();
      if (inside !== null) throw new BrokenFile('ends in the midst of a record');
    },
  };
}
